/** A query: lists become `a,b`; absent values are left out. */
export type Query = Readonly<Record<string, unknown>>;

/** Fills a path in. React Native's `URLSearchParams` is incomplete, so it is not used. */
export function pathOf(template: string, params: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const path = template.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const pairs = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}
