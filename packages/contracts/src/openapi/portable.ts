/** A schema, or any other part of the document. */
type Node = { [key: string]: unknown };

/**
 * Rewrites every schema of the document, in place, into the subset of JSON Schema that the
 * generators of clients read the same way. Nothing else is allowed or refused by it, except that
 * `const` of a boolean and half surrogate pairs in texts are no longer told.
 */
export function makePortable(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) rewrite(node as Node);
  for (const [key, part] of Object.entries(node)) if (!values.has(key)) makePortable(part);
}

/** What is below these is data, not a schema. */
const values = new Set(['example', 'examples', 'default', 'enum', 'value']);

const int32 = 2 ** 31 - 1;

function rewrite(node: Node): void {
  nullable(node);
  referOnly(node);
  // Without a format Kotlin, Swift and Go read 32 bits.
  if (isA(node, 'integer') && Number(node.maximum ?? Infinity) > int32) node.format = 'int64';
  // Swift and Kotlin print an enumeration of booleans, which does not compile.
  if (isA(node, 'boolean')) delete node.const;
  if (typeof node.pattern === 'string') node.pattern = portablePattern(node.pattern);
  // Says that names are strings. Generators take it for another schema.
  delete node.propertyNames;
  if (isEmptySchema(node.additionalProperties)) {
    if (node.properties) delete node.additionalProperties;
    else node.additionalProperties = true;
  }
}

/** Rewrites `anyOf` of something and null. The generators read what it becomes as optional. */
function nullable(node: Node): void {
  if (!isPair(node.anyOf)) return;
  const [part = {}, other] = node.anyOf.toSorted((a) => (a.type === 'null' ? 1 : -1));
  if (other?.type !== 'null') return;
  if (typeof part.type === 'string' && !part.enum && !part.properties) {
    Object.assign(node, part, { type: [part.type, 'null'] });
  } else {
    // Only one of them can match. What is said of the part is said of the whole.
    const { description = node.description, ...alone } = part;
    Object.assign(node, { ...(description !== undefined && { description }), oneOf: [alone, other] });
  }
  delete node.anyOf;
}

/** Leaves of a schema that refers to another one what it says about this place. */
function referOnly(node: Node): void {
  if (typeof node.$ref !== 'string') return;
  for (const key of Object.keys(node)) if (!besideReference.has(key)) delete node[key];
}

const besideReference = new Set(['$ref', 'description', 'default', 'deprecated', 'examples']);

/** Go and Rust know `\x1F` and not `\u001F`, and no half of a surrogate pair. */
const portablePattern = (pattern: string): string =>
  pattern.replaceAll('\\uD800-\\uDFFF', '').replaceAll(/\\u00([0-9A-F]{2})/g, '\\x$1');

const isA = ({ type }: Node, name: string): boolean => [type].flat().includes(name);

const isEmptySchema = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && Object.keys(part).length === 0;

const isPair = (parts: unknown): parts is Node[] => Array.isArray(parts) && parts.length === 2;
