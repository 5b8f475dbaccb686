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
  return Object.fromEntries(pick(received, fromClient));
}

/** The headers of a service's answer that its client may see. */
export function answerHeaders(received: IncomingHttpHeaders): Map<string, Value> {
  return new Map(pick(received, fromService));
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): [string, Value][] {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  return names.flatMap((name): [string, Value][] => {
    const value = headers[name];
    return value === undefined || named.includes(name) ? [] : [[name, value]];
  });
}
