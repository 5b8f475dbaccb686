import { randomBytes } from 'node:crypto';

/** A new trace, as a client starts it: what the product does because of it carries its id. */
export function newTrace(): { traceId: string; headers: { traceparent: string } } {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } };
}
