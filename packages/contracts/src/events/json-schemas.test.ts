import { expect, test } from 'vitest';
import { z } from 'zod';
import { allEvents } from './catalog.ts';
import { eventJsonSchema, jsonSchemas } from './json-schemas.ts';

const schemas = jsonSchemas();

test.each(Object.values(allEvents))('the JSON Schema of $type matches its reader', ({ dataschema, example }) => {
  const schema = z.fromJSONSchema(schemas[dataschema] as z.core.JSONSchema.JSONSchema);
  const [[first], ...rest] = Object.entries(example.data) as [[string, unknown], ...[string, unknown][]];
  expect(schema.safeParse(example.data).success).toBe(true);
  expect(schema.safeParse({ ...example.data, more: 1 }).success).toBe(true);
  expect(schema.safeParse(Object.fromEntries(rest)).success).toBe(false);
  expect(schema.safeParse({ ...example.data, [first]: 7 }).success).toBe(false);
});

test.each(Object.values(allEvents))('every field of $type is described', (event) => {
  const missing: string[] = [];
  const visit = (schema: z.core.JSONSchema.BaseSchema, path: string) => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      const { $ref, ...own } = field as z.core.JSONSchema.BaseSchema;
      const shared = $ref ? schemaOf.$defs?.[$ref.replace('#/$defs/', '')] : undefined;
      const whole = { ...shared, ...own };
      if (!whole.description) missing.push(`${path}.${name}`);
      visit(whole, `${path}.${name}`);
      for (const part of [...(whole.anyOf ?? []), whole.items ?? {}]) {
        if (typeof part === 'object' && !Array.isArray(part)) visit(part, `${path}.${name}`);
      }
    }
  };
  const schemaOf = eventJsonSchema(event);
  visit(schemaOf, event.type);
  for (const [name, shared] of Object.entries(schemaOf.$defs ?? {})) visit(shared, name);
  expect(missing).toEqual([]);
});
