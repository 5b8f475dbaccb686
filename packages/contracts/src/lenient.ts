import { z } from 'zod';

/**
 * The reader's form of a strict schema, made from the same shape: unknown fields are dropped at
 * every depth instead of refused, so that a producer may add a field before its readers know it
 * (design §5). All else is checked as before.
 */
export function lenient<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>>;
export function lenient(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [name, lenientPart(field)]);
    return derive(schema, { ...schema.def, shape: Object.fromEntries(fields), catchall: undefined });
  }
  if (schema instanceof z.ZodArray) return derive(schema, { ...schema.def, element: lenientPart(schema.element) });
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return derive(schema, { ...schema.def, innerType: lenientPart(schema.unwrap()) });
  }
  return schema;
}

const lenientPart = (schema: z.core.$ZodType): z.core.$ZodType => lenient(schema as z.ZodType);

/**
 * A copy that keeps description and examples, but not the id: two schemas of one name would be
 * ambiguous.
 */
const derive = <T extends z.core.$ZodType>(schema: T, def: T['_zod']['def']): T =>
  z.core.clone(schema, def, { parent: true });
