import { type Change, eventShapes, shapes } from '../api.ts';
import { knownValues, type Shape } from '../http/known-values.ts';

/** Reads a CloudEvent as the API sends it. */
export function toChange(event: unknown): Change {
  const change = event as Change;
  knownValues(change.data, (eventShapes as Record<string, Shape>)[change.type]);
  return knownValues(change, { type: shapes.EventType });
}
