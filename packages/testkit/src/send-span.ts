import { randomBytes } from 'node:crypto';

export type SentSpan = {
  /** How long it took, until now. */
  ms: number;
  failed?: boolean;
};

/**
 * Sends a trace of one server span to a collector.
 * @param otlp the collector's URL for OTLP over HTTP
 * @returns the trace ID
 */
export async function sendSpan(otlp: string, { ms, failed = false }: SentSpan): Promise<string> {
  const traceId = randomBytes(16).toString('hex');
  const end = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'a request',
    kind: 2,
    startTimeUnixNano: String(end - BigInt(ms) * 1_000_000n),
    endTimeUnixNano: String(end),
    status: failed ? { code: 2 } : {},
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'sampled' } }] };
  const answer = await fetch(`${otlp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  });
  if (answer.status !== 200) throw new Error(`The collector answers ${answer.status}: ${await answer.text()}`);
  return traceId;
}
