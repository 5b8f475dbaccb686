import { expect, test } from 'vitest';
import { openApiDocument } from './index.ts';
import { makePortable } from './portable.ts';

// What the generators of clients cannot read, each found by compiling what they generate.

type Node = Record<string, unknown>;
const document = JSON.parse(JSON.stringify(openApiDocument()));

/** Every object of the document that is not an example, with its place. */
function* nodesIn(value: unknown, at = ''): Generator<[at: string, node: Node]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Node];
  for (const [key, part] of Object.entries(value)) {
    if (!/^(examples?|value|default)$/.test(key)) yield* nodesIn(part, `${at}/${key}`);
  }
}

/** The places where the document has such a node. */
const placesOf = (is: (node: Node) => boolean): string[] =>
  [...nodesIn(document)].filter(([, node]) => is(node)).map(([at]) => at);

test('every integer beyond 32 bits has the format int64', () => {
  const isLong = ({ type, maximum = Infinity }: Node) =>
    [type].flat().includes('integer') && Number(maximum) > 2_147_483_647;
  expect(placesOf((node) => isLong(node) && node.format !== 'int64')).toEqual([]);
  expect(placesOf((node) => isLong(node) && node.format === 'int64').length).toBeGreaterThan(10);
});

test.each<[string, (node: Node) => boolean]>([
  ['anyOf', ({ anyOf }) => anyOf !== undefined],
  ['oneOf other than with null', ({ oneOf }) => !!oneOf && !JSON.stringify(oneOf).endsWith('{"type":"null"}]')],
  ['const of a boolean', ({ type, const: only }) => type === 'boolean' && only !== undefined],
  ['propertyNames', ({ propertyNames }) => propertyNames !== undefined],
  ['additionalProperties {}', ({ additionalProperties }) => JSON.stringify(additionalProperties) === '{}'],
  ['uniqueItems, which Swift reads as a set without an order', ({ uniqueItems }) => uniqueItems !== undefined],
  ['lookarounds', ({ pattern }) => typeof pattern === 'string' && /\(\?[=!<]/.test(pattern)],
  ['escapes that Go and Rust do not know', ({ pattern }) => typeof pattern === 'string' && pattern.includes('\\u')],
  ['content without a schema', ({ content }) => !!content && Object.values(content).some(({ schema }) => !schema)],
])('the document has no %s', (_, isBad) => {
  expect(placesOf(isBad)).toEqual([]);
});

test('no resource has a value of any type, which Kotlin cannot read', () => {
  const isTyped = (schema: Node) => ['type', '$ref', 'oneOf', 'enum', 'const'].some((key) => key in schema);
  const isAny = (schema: Node) =>
    !isTyped(schema) ||
    (schema.type === 'object' && !schema.properties && typeof schema.additionalProperties !== 'object');
  const places = [...nodesIn(document.components.schemas, '')].flatMap(([at, { properties }]) =>
    Object.entries((properties ?? {}) as Record<string, Node>).flatMap(([name, one]) =>
      isAny(one) ? `${at}/${name}` : [],
    ),
  );
  expect(places).toEqual([]);
});

test('a pattern accepts emoji and refuses control characters, with and without the u flag', () => {
  const { pattern } = document.components.schemas.CancelBody.properties.reason;
  for (const flags of ['', 'u']) {
    expect(new RegExp(pattern, flags).test('😀\n\t')).toBe(true);
    for (const refused of ['\0', '\b', '\x1f', '\x7f', '\x9f'])
      expect(new RegExp(pattern, flags).test(refused)).toBe(false);
  }
});

test('the changed fields of a timeline are those of its resource', () => {
  const { TimelineItem, PayoutTimelineItem, ChangedAssignmentFields, ChangedPayoutFields } =
    document.components.schemas;
  expect(TimelineItem.properties.before).toMatchObject({ $ref: '#/components/schemas/ChangedAssignmentFields' });
  expect(PayoutTimelineItem.properties.after).toMatchObject({ $ref: '#/components/schemas/ChangedPayoutFields' });
  expect(ChangedAssignmentFields.properties).toHaveProperty('confirmedAt');
  expect(ChangedPayoutFields.properties).toHaveProperty('approvals');
});

test('what is already portable stays as it is', () => {
  const again = structuredClone(document);
  makePortable(again);
  expect(again).toEqual(document);
});
