import type { IncomingHttpHeaders } from 'node:http';

/**
 * Only these headers pass, in each direction, unless `Connection` names them too. So no hop-by-hop
 * header passes, and none by which a client could claim to be another. The gateway adds the trace.
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
  // Signs the bytes of the body, which pass unchanged.
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

/** Picks the headers of a client's request that its service may see. */
export function requestHeaders(received: IncomingHttpHeaders): Record<string, Value> {
  return pick(received, fromClient);
}

/** Picks the headers of a service's response that its client may see. */
export function responseHeaders(received: IncomingHttpHeaders): Record<string, Value> {
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
