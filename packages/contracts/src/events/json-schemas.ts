import { z } from 'zod';
import { lenient } from '../lenient.ts';
import { allEvents } from './catalog.ts';

/**
 * The JSON Schemas (2020-12) of the `data` of every event, by their `dataschema`. They are those of a reader: a
 * document with fields that they do not name is valid, since producers may add some.
 */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(
    Object.values(allEvents).map((contract) => {
      const { $schema, ...schema } = z.toJSONSchema(lenient(contract.data), { io: 'input' });
      const head = { $schema, $id: contract.dataschema, title: contract.type, description: contract.summary };
      return [contract.dataschema, { ...head, ...schema, examples: [contract.example.data] }];
    }),
  );
}
