/** As much of JSON Schema as the contract uses. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  default?: unknown;
  description?: string;
};

/** A schema as a TypeScript type. @throws Error for a schema that it has no words for, so that nothing becomes `any` */
export function printType(schema: Schema): string {
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map(printType))].join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => printType({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'array':
      return `Array<${printType(schema.items ?? {})}>`;
    case 'object':
      return printObject(schema);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case undefined:
      if (Object.keys(schema).length === 0) return 'unknown';
  }
  throw new Error(`There is no type for ${JSON.stringify(schema)}`);
}

/** One property of an object type; optional when it may be left out. */
export function printProperty(name: string, schema: Schema, isRequired: boolean): string {
  const comment = schema.description ? `/** ${schema.description} */\n` : '';
  return `${comment}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${isRequired ? '' : '?'}: ${printType(schema)};`;
}

function printObject({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties)
    return typeof additionalProperties === 'object'
      ? `Record<string, ${printType(additionalProperties)}>`
      : 'Record<string, never>';
  const lines = Object.entries(properties).map(([name, schema]) =>
    printProperty(name, schema, required.includes(name)),
  );
  return lines.length === 0 ? 'Record<string, never>' : `{ ${lines.join('\n')} }`;
}
