import { z } from 'zod';

/** A line of a graph: its labels, and its values over time. `NaN` is left out. */
export type Series = { labels: Record<string, string>; points: { at: number; value: number }[] };
/** A value now, and its labels. */
export type Sample = { labels: Record<string, string>; value: number };
/** A measured value, in the unit of the query's metric, and the trace in which it was measured. */
export type Exemplar = { traceId: string; at: number; value: number };
export type Alert = z.infer<typeof Rule>;

export type PrometheusApi = {
  /** The value of a query with one series, now; undefined when it has none. */
  query(expr: string): Promise<number | undefined>;
  /** The values of all series of a query, now. */
  queryAll(expr: string): Promise<Sample[]>;
  /** Times in seconds. */
  queryRange(expr: string, range: { from: number; to: number; step: number }): Promise<Series[]>;
  /** Of all series in a query. Times in seconds. */
  exemplars(expr: string, range: { from: number; to: number }): Promise<Exemplar[]>;
  labelValues(label: string): Promise<string[]>;
  /** The alerting rules and what they say now. */
  alerts(): Promise<Alert[]>;
};

export function openPrometheusApi(url: string): PrometheusApi {
  const ask = async (path: string, query: Record<string, string> = {}) => {
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`, { signal });
    const { data, error } = (await answer.json()) as { data: unknown; error?: string };
    if (!answer.ok) throw new Error(`Prometheus returns ${answer.status}: ${error}`);
    return data;
  };
  const samples = async (query: string) =>
    Vector.parse(await ask('query', { query })).result.map(
      ({ metric, value }): Sample => ({ labels: metric, value: Number(value[1]) }),
    );
  return {
    query: async (query) => (await samples(query))[0]?.value,
    queryAll: samples,
    queryRange: async (query, { from, to, step }) =>
      Matrix.parse(
        await ask('query_range', { query, start: String(from), end: String(to), step: String(step) }),
      ).result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, value]) => ({ at, value: Number(value) })).filter(({ value }) => !Number.isNaN(value)),
      })),
    exemplars: async (query, { from, to }) =>
      Exemplars.parse(await ask('query_exemplars', { query, start: String(from), end: String(to) })).flatMap(
        ({ exemplars }) =>
          exemplars.map(({ labels, value, timestamp }) => ({
            traceId: labels.trace_id,
            at: timestamp,
            value: Number(value),
          })),
      ),
    labelValues: async (label) => z.array(z.string()).parse(await ask(`label/${label}/values`)),
    alerts: async () => Rules.parse(await ask('rules', { type: 'alert' })).groups.flatMap(({ rules }) => rules),
  };
}

const Vector = z.object({
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
});

const Matrix = z.object({
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
  ),
});

const Exemplars = z.array(
  z.object({
    exemplars: z.array(
      z.object({ labels: z.object({ trace_id: z.string() }), value: z.string(), timestamp: z.number() }),
    ),
  }),
);

const Rule = z.object({
  name: z.string(),
  state: z.enum(['firing', 'pending', 'inactive', 'unknown']),
  query: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  alerts: z.array(
    z.object({
      state: z.string(),
      activeAt: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});
const Rules = z.object({ groups: z.array(z.object({ rules: z.array(Rule) })) });
