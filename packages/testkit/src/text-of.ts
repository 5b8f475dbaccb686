/** The text of a query as pg takes it, or of a batch. */
export function textOf(query: unknown): string {
  return typeof query === 'string' ? query : (query as { text: string }).text;
}
