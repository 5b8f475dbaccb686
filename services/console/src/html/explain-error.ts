import { isUnavailable, toProblemAnswer } from '@punctual/chassis';
import { ProblemError, UnexpectedAnswerError } from '@punctual/client';
import { ClientError, ResponseBodyError } from 'openid-client';

/** What a person is told about an error, and by which trace an operator finds it. */
export type Explained = { status: number; title: string; sentence: string; traceId: string };

/** @param path of the request that failed */
export function explainError(error: unknown, path: string): Explained {
  if (error instanceof ProblemError) {
    const { status, title, detail, traceId } = error.problem;
    return { status, title, sentence: detail, traceId };
  }
  const { status, title, detail, traceId } = toProblemAnswer(error, path).problem;
  if (!isAway(error)) return { status, title, sentence: detail, traceId };
  const sentence = 'A service that this page needs cannot be reached. Try again in a moment.';
  return { status: 503, title: 'Unavailable for the moment', sentence, traceId };
}

/** The API or the provider gave no answer, or something between answered. */
function isAway(error: unknown): boolean {
  if (error instanceof UnexpectedAnswerError || isUnavailable(error)) return true;
  // What the provider refuses is a `SignInRefused` by now.
  if (error instanceof ClientError || error instanceof ResponseBodyError) return true;
  if (!(error instanceof Error)) return false;
  return unanswered.has(error.name) || (error instanceof TypeError && error.message === 'fetch failed');
}

/** Errors of requests to NATS and by `fetch`. */
const unanswered = new Set([
  'TimeoutError',
  'RequestError',
  'ClosedConnectionError',
  'JetStreamNotEnabled',
  'NoLeader',
]);
