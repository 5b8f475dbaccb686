import { HttpProblem } from '@punctual/chassis';
import { errors } from 'undici';

const soon = { 'Retry-After': '1' };

/**
 * Turns a failed request to a service into the client's problem: `upstream-timeout` when the
 * service was reached and stayed silent, else `unavailable`. A problem, and an error of the gateway
 * itself, is returned as it is.
 */
export function explainFailure(error: unknown): unknown {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    const detail =
      'The response took too long. The request may have been carried out. Repeating it with the same Idempotency-Key is safe.';
    return new HttpProblem('upstream-timeout', detail, {}, soon);
  }
  if (error instanceof errors.InvalidArgumentError || error instanceof HttpProblem) return error;
  return new HttpProblem('unavailable', 'The service behind this is unavailable. Try again.', {}, soon);
}

/** Creates the refusal of a request that finds the queue of its service full. */
export function busy(): HttpProblem {
  return new HttpProblem('unavailable', 'The service behind this is overloaded. Try again.', {}, soon);
}

/** Creates the refusal of a request that did not get its turn in time. It was not sent. */
export function waitedTooLong(): HttpProblem {
  const detail = 'The service behind this is overloaded and has not been asked. Try again.';
  return new HttpProblem('upstream-timeout', detail, {}, soon);
}

/** Whether an open connection broke, as when the service closes it just as it is reused. */
export function isBrokenConnection(error: unknown): boolean {
  return error instanceof errors.SocketError || hasCode(error, 'ECONNRESET', 'EPIPE');
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
