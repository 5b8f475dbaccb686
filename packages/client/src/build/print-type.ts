/** The part of JSON Schema that the contract uses. */
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
  'x-extensible-enum'?: unknown[];
};

/** How a type is printed. */
export type Printing = {
  /** The API may answer other values of an enumeration than those: `Open<…>`. */
  isOpen?: boolean;
  /** The names of types that are enumerations. */
  enumerations?: ReadonlySet<string>;
};

const annotations = new Set(['description', 'deprecated', 'examples', 'default', 'example']);

/**
 * Prints a schema as a TypeScript type.
 * @throws Error for an unsupported schema, so that nothing becomes `any`
 */
export function printType(schema: Schema, printing: Printing = {}): string {
  const values = valuesOf(schema);
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return printing.isOpen && printing.enumerations?.has(name) ? `Open<${name}>` : name;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (values) {
    const union = values.map((value) => JSON.stringify(value)).join(' | ');
    return printing.isOpen && isEnumeration(schema) ? `Open<${union}>` : union;
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map((each) => printType(each, printing)))].join(' | ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => printType({ ...schema, type }, printing)).join(' | ');
  switch (schema.type) {
    case 'array':
      return `Array<${printType(schema.items ?? {}, printing)}>`;
    case 'object':
      return printObject(schema, printing);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case undefined:
      if (Object.keys(schema).every((key) => annotations.has(key))) return 'unknown';
  }
  throw new Error(`There is no type for ${JSON.stringify(schema)}`);
}

/** Prints one property of an object type. */
export function printProperty(name: string, schema: Schema, isRequired: boolean, printing?: Printing): string {
  const description = schema.description ?? schema.anyOf?.find((one) => one.description)?.description;
  const comment = description ? `/** ${description} */\n` : '';
  const type = printType(schema, printing);
  return `${comment}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${isRequired ? '' : '?'}: ${type};`;
}

/** Says whether a schema is a list of texts that may grow. A single value is a constant. */
export function isEnumeration(schema: Schema): boolean {
  return texts(schema).length > 1;
}

/** The texts of an enumeration. */
export function texts(schema: Schema): string[] {
  return (valuesOf(schema) ?? []).filter((value) => typeof value === 'string');
}

/** The name that a reference ends with. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function valuesOf(schema: Schema): unknown[] | undefined {
  return schema.enum ?? schema['x-extensible-enum'];
}

function printObject({ properties, required = [], additionalProperties }: Schema, printing: Printing): string {
  if (additionalProperties === true) return 'Record<string, unknown>';
  if (!properties) {
    return typeof additionalProperties === 'object'
      ? `Record<string, ${printType(additionalProperties, printing)}>`
      : 'Record<string, never>';
  }
  const lines = Object.entries(properties).map(([name, schema]) =>
    printProperty(name, schema, required.includes(name), printing),
  );
  return lines.length === 0 ? 'Record<string, never>' : `{ ${lines.join('\n')} }`;
}
