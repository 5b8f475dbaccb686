import { z } from 'zod';

/**
 * The schema of a request's body. `null` for a field that may be absent means absent, since some
 * clients write null for what was not given. Unknown fields are refused.
 * @returns the type without those nulls: it is that of the parsed body
 */
export function requestBody<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const fields = Object.entries(shape).map(([name, field]) => [name, takeNull(field as z.ZodType)]);
  return z.strictObject(Object.fromEntries(fields) as Shape);
}

function takeNull(field: z.ZodType): z.ZodType {
  const absent = field.safeParse(undefined);
  // One that takes null already gives it a meaning of its own.
  if (!absent.success || field.safeParse(null).success) return field;
  const read = field.nullable().transform((value) => value ?? field.parse(undefined));
  return absent.data === undefined ? read.optional() : read;
}
