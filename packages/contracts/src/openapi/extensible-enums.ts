type Node = { [key: string]: unknown };
type Document = { components?: { schemas?: object }; paths?: object };

/**
 * Marks every enumeration of an answer, in place: it may have more values in a later release.
 * Clients take an unknown value for `UNKNOWN`.
 */
export function markExtensibleEnums(document: Document): void {
  const schemas: Record<string, unknown> = { ...document.components?.schemas };
  const seen = new Set<unknown>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    const { $ref, enum: values } = node as Node;
    if (Array.isArray(values)) (node as Node)['x-extensible-enum'] = values.filter((value) => value !== null);
    if (typeof $ref === 'string') visit(schemas[$ref.replace('#/components/schemas/', '')]);
    for (const [key, part] of Object.entries(node)) if (!/^(examples?|default)$/.test(key)) visit(part);
  };
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values<Node>(operations)) visit(operation.responses);
  }
}
