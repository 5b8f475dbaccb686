/** A series of `/metrics`: its name, its labels, its value. */
export type Series = { name: string; labels: Record<string, string>; value: number };

/** Reads `/metrics` in the text format of Prometheus. */
export async function scrape(url: string): Promise<Series[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}.`);
  return (await response.text()).split('\n').flatMap(readLine);
}

function readLine(line: string): Series[] {
  const [, name, labels = '', value] = /^([a-zA-Z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
  return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
}

/** The name of the metric that a series belongs to. */
export function metricOf({ name }: Series, known: ReadonlySet<string>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return known.has(base) ? base : name;
}
