import { allEvents } from '../events/catalog.ts';
import { eventJsonSchema, type JsonSchema } from '../events/json-schemas.ts';

/** What a reader of an event relies on: its subject, which is its type, where it is kept, and how it looks. */
export type EventShape = {
  readonly type: string;
  readonly stream: string;
  /** Of the whole event; its source and its `dataschema` are constants of it. */
  readonly schema: JsonSchema;
};

/** The events by their type as the contracts have them now. */
export function presentShapes(): Record<string, EventShape> {
  return Object.fromEntries(
    Object.values(allEvents).map((contract) => {
      const { type, stream } = contract;
      return [type, { type, stream, schema: eventJsonSchema(contract) }];
    }),
  );
}
