/** A span as the pages show it. Times in microseconds. */
export type TraceSpan = {
  id: string;
  /** Undefined at the root. The parent may be missing: a client that exports nothing has it. */
  parentId: string | undefined;
  service: string;
  name: string;
  kind: string;
  /** Since the epoch. */
  startUs: number;
  durationUs: number;
  failed: boolean;
  attributes: readonly [name: string, value: string][];
  /** What happened within the span, such as an exception. */
  events: readonly { atUs: number; attributes: readonly [name: string, value: string][] }[];
  /** Other traces that led to this span. */
  links: readonly { traceId: string; spanId: string }[];
};

export type Trace = { id: string; spans: readonly TraceSpan[] };

export type TraceSummary = {
  id: string;
  /** Its first span without a parent here. */
  root: TraceSpan;
  services: string[];
  spans: number;
  failedSpans: number;
  startUs: number;
  /** From the first start to the last end, with all that was waited for. */
  durationUs: number;
};

/** @returns undefined for a trace without spans */
export function summarize({ id, spans }: Trace): TraceSummary | undefined {
  const ordered = inTreeOrder(spans);
  const [root] = ordered;
  if (!root) return undefined;
  const startUs = Math.min(...spans.map((span) => span.startUs));
  return {
    id,
    root: root.span,
    services: [...new Set(ordered.map(({ span }) => span.service))],
    spans: spans.length,
    failedSpans: spans.filter(({ failed }) => failed).length,
    startUs,
    durationUs: Math.max(...spans.map((span) => span.startUs + span.durationUs)) - startUs,
  };
}

/** Parents before their children, children by their start. Spans whose parent is missing are roots. */
export function inTreeOrder(spans: readonly TraceSpan[]): { span: TraceSpan; depth: number }[] {
  const ids = new Set(spans.map(({ id }) => id));
  const children = Map.groupBy(
    spans.toSorted((a, b) => a.startUs - b.startUs),
    ({ parentId }) => (parentId !== undefined && ids.has(parentId) ? parentId : undefined),
  );
  const seen = new Set<TraceSpan>();
  const withThoseBelow = (span: TraceSpan, depth: number): { span: TraceSpan; depth: number }[] => {
    if (seen.has(span)) return [];
    seen.add(span);
    return [{ span, depth }, ...(children.get(span.id) ?? []).flatMap((child) => withThoseBelow(child, depth + 1))];
  };
  // Roots first; what is left has parents in a circle, which only a broken exporter sends.
  return [...(children.get(undefined) ?? []), ...spans].flatMap((span) => withThoseBelow(span, 0));
}
