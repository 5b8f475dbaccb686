import { isEnumeration, nameOf, type Schema, texts } from './print-type.ts';

/**
 * Returns where a schema has open enumerations: `Shape` in `known-values.ts`. Undefined without
 * any.
 */
export function shapeOf(schema: Schema, named: Readonly<Record<string, Schema>>): unknown {
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return named[name] && shapeOf(named[name], named) !== undefined ? name : undefined;
  }
  if (isEnumeration(schema)) return texts(schema);
  if (schema.items) return shapeOf(schema.items, named);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return onlyOne(alternatives.map((each) => shapeOf(each, named)));
  const fields = Object.entries(schema.properties ?? {})
    .map(([field, part]) => [field, shapeOf(part, named)] as const)
    .filter(([, shape]) => shape !== undefined);
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** Alternatives with different shapes cannot be told apart. */
function onlyOne(shapes: unknown[]): unknown {
  const different = new Map(
    shapes.filter((shape) => shape !== undefined).map((shape) => [JSON.stringify(shape), shape]),
  );
  return different.size === 1 ? [...different.values()][0] : undefined;
}
