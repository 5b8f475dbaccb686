import { expect, test } from 'vitest';
import { z } from 'zod';
import { allEvents } from './catalog.ts';
import { jsonSchemas } from './json-schemas.ts';

const schemas = jsonSchemas();

test.each(Object.values(allEvents))('the JSON Schema of $type says what a reader needs', ({ dataschema, example }) => {
  const schema = z.fromJSONSchema(schemas[dataschema] as z.core.JSONSchema.JSONSchema);
  const { assignmentId: _, ...incomplete } = example.data;
  expect(schema.safeParse(example.data).success).toBe(true);
  expect(schema.safeParse({ ...example.data, more: 1 }).success).toBe(true);
  expect(schema.safeParse(incomplete).success).toBe(false);
  expect(schema.safeParse({ ...example.data, assignmentId: 7 }).success).toBe(false);
});
