import type { IncomingHttpHeaders } from 'node:http';

/**
 * Both directions pass only what is named here, unless `Connection` names it too. So neither hop-by-hop headers nor anything by
 * which a client could claim to be someone or somewhere else gets through; the trace is added by the gateway.
 */
const fromClient = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  // Over the bytes of the body, which pass as they came.
  'stripe-signature',
];

const fromService = [
  'allow',
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'etag',
  'idempotent-replayed',
  'location',
  'retry-after',
  'www-authenticate',
];

type Value = string | string[];

/** The headers of a client's request that its service may see. */
export function requestHeaders(received: IncomingHttpHeaders): Record<string, Value> {
  return pick(received, fromClient);
}

/** The headers of a service's answer that its client may see. */
export function answerHeaders(received: IncomingHttpHeaders): Record<string, Value> {
  return pick(received, fromService);
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, Value> {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  const picked: Record<string, Value> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined && !named.includes(name)) picked[name] = value;
  }
  return picked;
}
