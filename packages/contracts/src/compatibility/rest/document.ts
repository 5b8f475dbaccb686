/** The parts of an OpenAPI document that bind a client. */
export type RestDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

export type Operation = {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content; readonly headers?: object }>>;
};

export type Parameter = {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: Schema;
};

export type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly [keyword: string]: unknown;
};

/** A schema in its document, with its reference followed and null taken apart. */
export type Resolved = { readonly nullable: boolean; readonly kinds: readonly Schema[] };

/** What a value may be: null or not, and the alternatives. */
export function resolve({ components }: RestDocument, schema: Schema): Resolved {
  if (schema.$ref !== undefined) {
    const target = components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (!target) throw new Error(`${schema.$ref} leads nowhere.`);
    return resolve({ components, paths: {} }, target);
  }
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) {
    const all = parts.map((part) => resolve({ components, paths: {} }, part));
    return { nullable: all.some(({ nullable }) => nullable), kinds: all.flatMap(({ kinds }) => kinds) };
  }
  const types = [schema.type ?? []].flat();
  const others = types.filter((type) => type !== 'null');
  if (types.length > 0 && others.length === 0) return { nullable: true, kinds: [] };
  return {
    nullable: others.length < types.length,
    kinds: [others.length > 0 ? { ...schema, type: others[0] ?? '' } : schema],
  };
}
