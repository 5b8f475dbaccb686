import { z } from 'zod';
import { allEvents } from './catalog.ts';
import type { EventContract } from './define-event.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schemas (2020-12) of the `data` of every event, by their `dataschema`. They are those of a reader: fields
 * that they do not name are allowed, since a producer may add some.
 */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.values(allEvents).map(({ type, summary, dataschema, data, example }) => {
      const { $schema, ...schema } = readersSchema(data);
      const head = { $schema, $id: dataschema, title: type, description: summary };
      return [dataschema, { ...head, ...schema, examples: [example.data] }];
    }),
  );
}

/** The JSON Schema of a whole event, envelope and data, as a reader needs it. */
export function eventJsonSchema({ strict, summary, example }: EventContract): JsonSchema {
  return { ...readersSchema(strict), description: summary, examples: [example] };
}

function readersSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', override: allowMore });
}

function allowMore({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
