import { shapes } from '../api.ts';

/**
 * Where the open enumerations of a type are: the name of a type, the known values, or the fields
 * that contain some. Lists and null have the shape of their items.
 */
export type Shape = string | readonly string[] | { readonly [field: string]: Shape };

/** What a value of an enumeration becomes that this release of the client does not know. */
const unknown = 'UNKNOWN';

/** Replaces unknown values of enumerations by `UNKNOWN`, in place, and returns the value. */
export function knownValues<T>(value: T, shape: Shape | undefined): T {
  return replaced(value, shape) as T;
}

function replaced(value: unknown, shape: Shape | undefined): unknown {
  if (shape === undefined || value === null) return value;
  if (typeof shape === 'string') return replaced(value, (shapes as Record<string, Shape>)[shape]);
  if (Array.isArray(value)) return value.map((item) => replaced(item, shape));
  if (Array.isArray(shape)) return typeof value === 'string' && !shape.includes(value) ? unknown : value;
  if (typeof value !== 'object') return value;
  const fields = value as Record<string, unknown>;
  for (const [field, part] of Object.entries(shape)) {
    if (fields[field] !== undefined) fields[field] = replaced(fields[field], part as Shape);
  }
  return value;
}
