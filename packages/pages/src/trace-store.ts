import { z } from 'zod';
import type { Trace, TraceSpan } from './trace.ts';

export const views = ['recent', 'slow', 'failed'] as const;
export type TraceView = (typeof views)[number];

/** A trace counts as slow when one of its spans takes this long. */
export const slowMs = 250;

export type TraceStore = {
  services(): Promise<string[]>;
  /** The latest first, of one service or of all. */
  find(view: TraceView, service: string | undefined): Promise<Trace[]>;
  /** @returns undefined when the store does not have it */
  get(id: string): Promise<Trace | undefined>;
};

const filters: Record<TraceView, Record<string, string>> = {
  recent: {},
  slow: { minDuration: `${slowMs}ms` },
  failed: { tags: JSON.stringify({ error: 'true' }) },
};
const perService = 40;

/** Reads the query API of Jaeger, which looks for the traces of one service at a time. */
export function openTraceStore(url: string): TraceStore {
  const ask = async (path: string) => {
    const answer = await fetch(`${url}/api/${path}`, { signal: AbortSignal.timeout(10_000) });
    if (answer.status === 404) return [];
    if (!answer.ok) throw new Error(`The trace store returns ${answer.status}.`);
    return ((await answer.json()) as { data: unknown }).data ?? [];
  };
  const services = async () =>
    z
      .array(z.string())
      .parse(await ask('services'))
      .toSorted();
  return {
    services,
    find: async (view, service) => {
      const lists = await Promise.all(
        (service === undefined ? await services() : [service]).map((name) =>
          ask(
            `traces?${new URLSearchParams({ service: name, limit: String(perService), lookback: '1h', ...filters[view] })}`,
          ),
        ),
      );
      const traces = z.array(StoredTrace).parse(lists.flat()).map(toTrace);
      const start = ({ spans }: Trace) => Math.min(...spans.map(({ startUs }) => startUs));
      return [...new Map(traces.map((trace) => [trace.id, trace])).values()].toSorted((a, b) => start(b) - start(a));
    },
    get: async (id) =>
      z
        .array(StoredTrace)
        .parse(await ask(`traces/${id}`))
        .map(toTrace)[0],
  };
}

const Tags = z
  .array(z.object({ key: z.string(), value: z.unknown() }))
  .nullish()
  .transform((tags) => tags ?? []);

const StoredTrace = z.object({
  traceID: z.string(),
  spans: z.array(
    z.object({
      spanID: z.string(),
      operationName: z.string(),
      references: z.array(z.object({ refType: z.string(), traceID: z.string(), spanID: z.string() })).nullish(),
      startTime: z.number(),
      duration: z.number(),
      tags: Tags,
      logs: z.array(z.object({ timestamp: z.number(), fields: Tags })).nullish(),
      processID: z.string(),
    }),
  ),
  processes: z.record(z.string(), z.object({ serviceName: z.string() })),
});
type StoredTrace = z.infer<typeof StoredTrace>;

function toTrace({ traceID, spans, processes }: StoredTrace): Trace {
  return { id: traceID, spans: spans.map((span) => toSpan(span, traceID, processes)) };
}

function toSpan(span: StoredTrace['spans'][number], traceId: string, processes: StoredTrace['processes']): TraceSpan {
  const references = span.references ?? [];
  const parent = references.find((each) => each.refType === 'CHILD_OF' && each.traceID === traceId);
  const attributes = textsOf(span.tags);
  const attribute = (wanted: string) => attributes.find(([name]) => name === wanted)?.[1];
  return {
    id: span.spanID,
    parentId: parent?.spanID,
    service: processes[span.processID]?.serviceName ?? 'unknown',
    name: span.operationName,
    kind: attribute('span.kind') ?? 'internal',
    startUs: span.startTime,
    durationUs: span.duration,
    failed: attribute('error') === 'true',
    attributes,
    events: (span.logs ?? []).map(({ timestamp, fields }) => ({ atUs: timestamp, attributes: textsOf(fields) })),
    links: references
      .filter((each) => each !== parent)
      .map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
  };
}

function textsOf(tags: { key: string; value: unknown }[]): [string, string][] {
  return tags.map(({ key, value }) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
}
