import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { allEvents } from '../events/catalog.ts';
import type { JsonSchema } from '../events/json-schemas.ts';
import { asyncApiDocument } from './index.ts';

const document = asyncApiDocument();
const published = import.meta.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json');

function* refsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref') yield String(part);
    else yield* refsIn(part);
  }
}

const at = (ref: string): unknown =>
  ref
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);

test('the document is valid against the AsyncAPI 3 schema', () => {
  const ajv = formats.default(new Ajv({ strict: false, allErrors: true }));
  const validate = ajv.compile(JSON.parse(readFileSync(fileURLToPath(published), 'utf8')));
  validate(document);
  expect(validate.errors).toBeNull();
  validate({ ...document, channels: { 'schedule.confirmed': { adress: 'schedule.confirmed' } } });
  expect(validate.errors).not.toBeNull();
});

test('every reference resolves', () => {
  const refs = new Set(refsIn(document));
  expect(refs.size).toBeGreaterThan(50);
  for (const ref of refs) expect(at(ref), ref).toBeTypeOf('object');
});

test.each(Object.values(allEvents))('$type has its channel, operation and message', ({ type, stream, source }) => {
  expect(document.channels[type]).toMatchObject({ address: type, 'x-stream': stream, 'x-source': source });
  const { channel, messages } = document.operations[type] ?? { messages: [] };
  expect(at(channel?.$ref ?? '')).toBe(document.channels[type]);
  const message = at(messages[0]?.$ref ?? '') as { $ref: string };
  expect(at(message.$ref)).toBe(document.components.messages[type]);
});

test.each(Object.values(allEvents))(
  'the payload of $type accepts its example and refuses incomplete ones',
  ({ type, example }) => {
    const { payload, examples } = document.components.messages[type] ?? {};
    const { schemas } = document.components;
    const ajv = formats.default(new Ajv({ strict: false }));
    const validate = ajv.compile({ ...(payload as JsonSchema), components: { schemas } });
    expect(examples?.[0]?.payload).toEqual(example);
    expect(validate(example)).toBe(true);
    expect(validate({ ...example, more: 1 })).toBe(true);
    expect(validate({ ...example, data: {} })).toBe(false);
  },
);
