import type { AsyncApiDocument } from '@punctual/contracts/asyncapi';

type Schemas = AsyncApiDocument['components']['schemas'];
type Schema = Schemas[string];

export type Field = {
  /** `data.window.start`, `data.approvals[].by`. */
  path: string;
  /** What it may be, in a few words. */
  value: string;
  optional: boolean;
  description: string;
};

/** Every field of a payload, at every depth, in the order of the schema. */
export function fieldsOf(schema: Schema, schemas: Schemas, parent = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const path = parent ? `${parent}.${name}` : name;
    const field = resolve(part as Schema, schemas);
    const value = inWords(field, schemas);
    const optional = !schema.required?.includes(name);
    const below = kindsOf(field, schemas).flatMap((kind) => {
      if (kind.type !== 'array') return fieldsOf(kind, schemas, path);
      return fieldsOf(resolve(kind.items as Schema, schemas), schemas, `${path}[]`);
    });
    return [{ path, value, optional, description: field.description ?? '' }, ...below];
  });
}

function inWords(schema: Schema, schemas: Schemas): string {
  return kindsOf(schema, schemas)
    .map((kind) => {
      if (kind.const !== undefined) return String(kind.const);
      if (kind.enum) return kind.enum.join(', ');
      if (kind.type === 'array') return `list of: ${inWords(resolve(kind.items as Schema, schemas), schemas)}`;
      return kind.format ?? String(kind.type);
    })
    .join(' or ');
}

function kindsOf(schema: Schema, schemas: Schemas): Schema[] {
  if (schema.anyOf) return schema.anyOf.flatMap((part) => kindsOf(resolve(part as Schema, schemas), schemas));
  const types: unknown = schema.type;
  return Array.isArray(types) ? types.map((type) => ({ ...schema, type })) : [schema];
}

/** Resolves a reference, and keeps the keywords beside it. */
function resolve(schema: Schema, schemas: Schemas): Schema {
  const { $ref, ...said } = schema;
  return $ref ? { ...schemas[$ref.replace('#/components/schemas/', '')], ...said } : schema;
}
