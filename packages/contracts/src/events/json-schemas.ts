import { z } from 'zod';
import { allEvents } from './catalog.ts';

/**
 * The JSON Schemas (2020-12) of the `data` of every event, by their `dataschema`. They are those of a reader: fields
 * that they do not name are allowed, since a producer may add some.
 */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.values(allEvents).map(({ type, summary, dataschema, data, example }) => {
      const { $schema, ...schema } = z.toJSONSchema(data, { io: 'input', override: allowMore });
      const head = { $schema, $id: dataschema, title: type, description: summary };
      return [dataschema, { ...head, ...schema, examples: [example.data] }];
    }),
  );
}

function allowMore({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}
