import type { JsonSchema } from '../events/json-schemas.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * Events as different as a schema lets them be: the example, and for each field at every depth one
 * more for every value of its enumeration, for null, for a value where the example has null, and
 * for its absence where it may be absent.
 */
export function variantsOf(schema: JsonSchema): Json[] {
  const example = schema.examples?.[0] as Json;
  return [example, ...variants(schema, schema, example)];
}

function* variants(schema: JsonSchema, root: JsonSchema, value: Json): Generator<Json> {
  for (const kind of kindsOf(schema, root)) {
    if (kind.type === 'null' || value === null) yield sampleOf(kind, root);
    yield* (kind.enum ?? []) as Json[];
    if (isObject(value) && kind.properties) yield* variantsOfFields(kind, root, value);
    if (Array.isArray(value) && kind.items) {
      const item = kind.items as JsonSchema;
      yield [];
      yield [sampleOf(item, root)];
      for (const one of variants(item, root, value[0] ?? sampleOf(item, root))) yield [one];
    }
  }
}

function* variantsOfFields(schema: JsonSchema, root: JsonSchema, value: { [name: string]: Json }): Generator<Json> {
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const { [name]: field, ...others } = value;
    if (!schema.required?.includes(name)) yield others;
    for (const one of variants(part as JsonSchema, root, field ?? null)) yield { ...others, [name]: one };
  }
}

/** One value that the schema allows. */
function sampleOf(schema: JsonSchema, root: JsonSchema): Json {
  const [kind = {}] = kindsOf(schema, root);
  if (kind.const !== undefined) return kind.const as Json;
  if (kind.enum) return kind.enum[0] as Json;
  switch (kind.type) {
    case 'null':
      return null;
    case 'boolean':
      return true;
    case 'integer':
      return Math.max(kind.minimum ?? 0, 0);
    case 'array':
      return [];
    case 'object':
      return Object.fromEntries(
        Object.entries(kind.properties ?? {}).map(([name, part]) => [name, sampleOf(part as JsonSchema, root)]),
      );
    default:
      return textOf(kind);
  }
}

function textOf({ format, pattern }: JsonSchema): string {
  if (format === 'uuid') return '01936f2a-7c10-7000-8000-0000000000ff';
  if (format === 'date-time') return '2026-12-01T09:00:00.000Z';
  if (format === 'uri') return 'https://app.punctual.example/';
  if (pattern !== undefined) throw new Error(`no text is known for ${pattern}`);
  return 'some text';
}

/** What a value may be: the alternatives, with references resolved. */
function kindsOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  if (schema.$ref) return kindsOf(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, root);
  if (schema.anyOf) return schema.anyOf.flatMap((part) => kindsOf(part as JsonSchema, root));
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return [schema];
}

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
