import { allEvents } from '../events/catalog.ts';
import type { EventContract } from '../events/define-event.ts';
import { eventJsonSchema, type JsonSchema } from '../events/json-schemas.ts';

/**
 * What a reader of an event relies on: its subject, which is its type, where it is kept, and how it
 * looks.
 */
export type EventShape = {
  readonly type: string;
  readonly stream: string;
  /** Of the whole event; its source and its `dataschema` are constants of it. */
  readonly schema: JsonSchema;
};

/** The events by their type as the contracts have them now. */
export function presentShapes(): Record<string, EventShape> {
  return Object.fromEntries(Object.values(allEvents).map((contract) => [contract.type, shapeOf(contract)]));
}

/** Takes about 10 ms. */
export function shapeOf(contract: EventContract): EventShape {
  const { type, stream } = contract;
  return { type, stream, schema: eventJsonSchema(contract) };
}

/** The path of every field, at every depth: `data.window`, `data.window.start`, `data.approvals[].by`. */
export function* fieldsOf(schema: JsonSchema, root: JsonSchema = schema, prefix = ''): Generator<string> {
  if (schema.$ref) return yield* fieldsOf(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, root, prefix);
  if (prefix) yield prefix;
  for (const part of schema.anyOf ?? []) yield* fieldsOf(part as JsonSchema, root, prefix);
  if (schema.items) yield* fieldsOf(schema.items as JsonSchema, root, `${prefix}[]`);
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    yield* fieldsOf(part as JsonSchema, root, prefix ? `${prefix}.${name}` : name);
  }
}
