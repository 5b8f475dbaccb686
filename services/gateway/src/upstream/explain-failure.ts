import { HttpProblem } from '@punctual/chassis';
import { errors } from 'undici';

const soon = { 'Retry-After': '1' };

/**
 * What a client is told when a service gave no answer: `upstream-timeout` when it was reached and stayed silent, else
 * `unavailable`. A mistake of the gateway's own is returned as it is.
 */
export function explainFailure(error: unknown): unknown {
  if (error instanceof errors.HeadersTimeoutError) {
    const detail =
      'The answer took too long, and whether the request was carried out is not known. A repetition with the same Idempotency-Key is safe.';
    return new HttpProblem('upstream-timeout', detail, {}, soon);
  }
  if (error instanceof errors.InvalidArgumentError) return error;
  return new HttpProblem('unavailable', 'The part that answers this is away. Try again.', {}, soon);
}

/** Whether a connection that was open broke, as one does when the service closes it while it is being used again. */
export function isBrokenConnection(error: unknown): boolean {
  if (error instanceof errors.SocketError) return true;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
