import { z } from 'zod';
import { allEvents } from './catalog.ts';
import { CloudEventEnvelope } from './cloud-event.ts';
import type { EventContract } from './define-event.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schemas (2020-12) of the `data` of every event, by their `dataschema`. They are those of
 * a reader: fields that they do not name are allowed, since a producer may add some.
 */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.values(allEvents).map(({ type, summary, dataschema, data, common, example }) => {
      const { $schema, ...schema } = described(readersSchema(data), common);
      const head = { $schema, $id: dataschema, title: type, description: summary };
      return [dataschema, { ...head, ...schema, examples: [example.data] }];
    }),
  );
}

/** The JSON Schema of a whole event, envelope and data, as a reader needs it. */
export function eventJsonSchema({ strict, common, summary, example }: EventContract): JsonSchema {
  const { properties = {}, ...schema } = described(readersSchema(strict), CloudEventEnvelope);
  const data = described(properties.data as JsonSchema, common);
  return { ...schema, properties: { ...properties, data }, description: summary, examples: [example] };
}

/** The schema in which a narrowed field has the description of the field that it narrows. */
function described(schema: JsonSchema, common: z.ZodObject): JsonSchema {
  const known = readersSchema(common).properties ?? {};
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    { ...descriptionOf(known[name]), ...(field as JsonSchema) },
  ]);
  return { ...schema, properties: Object.fromEntries(fields) };
}

function descriptionOf(field: unknown): { description?: string } {
  const { description } = (field ?? {}) as JsonSchema;
  return description === undefined ? {} : { description };
}

function readersSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', override: allowMore });
}

function allowMore({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
