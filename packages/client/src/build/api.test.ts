import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shapeOf } from './print-shape.ts';
import { printType } from './print-type.ts';
import { apiFile, formattedApi } from './write-api.ts';

test('api.ts is up to date (else: npm run generate -w @punctual/client)', () => {
  expect(readFileSync(apiFile, 'utf8')).toBe(formattedApi());
});

test('a schema the generator does not support never becomes `any`', () => {
  expect(printType({ type: ['string', 'null'] })).toBe('string | null');
  expect(() => printType({ type: 'tuple' })).toThrow('There is no type for');
});

test('enumerations of responses are open, constants and those of requests are not', () => {
  const values = { type: 'string', enum: ['A', 'B'] };
  const open = { isOpen: true, enumerations: new Set(['Letter']) };
  expect(printType({ $ref: '#/components/schemas/Letter' }, open)).toBe('Open<Letter>');
  expect(printType(values, open)).toBe('Open<"A" | "B">');
  expect(printType({ type: 'string', 'x-extensible-enum': ['A', 'B'] }, open)).toBe('Open<"A" | "B">');
  expect(printType({ type: 'string', enum: ['A'] }, open)).toBe('"A"');
  expect(printType(values)).toBe('"A" | "B"');
});

test('shapes say where open enumerations are', () => {
  const letters = { type: 'string', enum: ['A', 'B'] };
  const named = { Letter: letters, Plain: { type: 'object', properties: { name: { type: 'string' } } } };
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const schema = {
    type: 'object',
    properties: {
      one: ref('Letter'),
      many: { type: 'array', items: letters },
      maybe: { oneOf: [ref('Letter'), { type: 'null' }] },
      plain: ref('Plain'),
      unclear: { oneOf: [ref('Letter'), letters] },
    },
  };
  expect(shapeOf(schema, named)).toEqual({ one: 'Letter', many: ['A', 'B'], maybe: 'Letter' });
});
