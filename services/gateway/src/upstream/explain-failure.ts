import { HttpProblem } from '@punctual/chassis';
import { errors } from 'undici';

const soon = { 'Retry-After': '1' };

/**
 * What a client is told when a service gave no answer: `upstream-timeout` when it was reached and stayed silent, else
 * `unavailable`. A mistake of the gateway's own, and what is a refusal already, is returned as it is.
 */
export function explainFailure(error: unknown): unknown {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    const detail =
      'The answer took too long, and whether the request was carried out is not known. A repetition with the same Idempotency-Key is safe.';
    return new HttpProblem('upstream-timeout', detail, {}, soon);
  }
  if (error instanceof errors.InvalidArgumentError || error instanceof HttpProblem) return error;
  return new HttpProblem('unavailable', 'The part that answers this is away. Try again.', {}, soon);
}

/** A service has as much to do as it is given at a time. */
export function busy(): HttpProblem {
  return new HttpProblem('unavailable', 'The part that answers this has too much to do. Try again.', {}, soon);
}

/** No connection to the service became free in time. Nothing was sent. */
export function waitedTooLong(): HttpProblem {
  const detail = 'The part that answers this has too much to do, and has not been asked. Try again.';
  return new HttpProblem('upstream-timeout', detail, {}, soon);
}

/** Whether a connection that was open broke, as one does when the service closes it while it is being used again. */
export function isBrokenConnection(error: unknown): boolean {
  return error instanceof errors.SocketError || hasCode(error, 'ECONNRESET', 'EPIPE');
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
