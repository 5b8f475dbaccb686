import { expect, test } from 'vitest';
import { z } from 'zod';
import { allEvents } from './catalog.ts';
import { jsonSchemas } from './json-schemas.ts';

const schemas = jsonSchemas();

test.each(Object.values(allEvents))('the JSON Schema of $type says what a reader needs', ({ dataschema, example }) => {
  const schema = z.fromJSONSchema(schemas[dataschema] as z.core.JSONSchema.JSONSchema);
  const [[first], ...rest] = Object.entries(example.data) as [[string, unknown], ...[string, unknown][]];
  expect(schema.safeParse(example.data).success).toBe(true);
  expect(schema.safeParse({ ...example.data, more: 1 }).success).toBe(true);
  expect(schema.safeParse(Object.fromEntries(rest)).success).toBe(false);
  expect(schema.safeParse({ ...example.data, [first]: 7 }).success).toBe(false);
});
