import { type Problem, type ProblemCode, problems, problemType } from '@punctual/contracts';
import { DomainError, type ProblemExtras } from '../domain/domain-error.ts';
import { currentTraceId } from '../telemetry/trace-context.ts';
import { isUnavailable } from '../unavailable/is-unavailable.ts';
import { fromLibrary } from './library-error.ts';

/** The HTTP edge refuses: for a shape, a token or a limit. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.code = code;
    this.extras = extras;
    this.headers = headers;
  }
}

/** A problem response (RFC 9457). */
export type ProblemAnswer = { status: number; headers: Readonly<Record<string, string>>; problem: Problem };

/**
 * The only place that turns a refusal into a status. Anything other than a refusal or an
 * unreachable server is a bug: 500, without internal details.
 */
export function toProblemAnswer(error: unknown, instance: string): ProblemAnswer {
  const refusal = toRefusal(error);
  const { status, title } = problems[refusal.code];
  return {
    status,
    headers: 'headers' in refusal ? refusal.headers : retryAfter(refusal),
    problem: {
      type: problemType(refusal.code),
      title,
      status,
      code: refusal.code,
      detail: refusal.message,
      instance,
      traceId: currentTraceId() ?? '0'.repeat(32),
      ...refusal.extras,
    },
  };
}

function retryAfter({ retryAfterS }: DomainError): Record<string, string> {
  return retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) };
}

function toRefusal(error: unknown): DomainError | HttpProblem {
  if (error instanceof DomainError || error instanceof HttpProblem) return error;
  const refused = fromLibrary(error);
  if (refused) return new HttpProblem(...refused);
  if (isUnavailable(error)) {
    return new HttpProblem(
      'unavailable',
      'A required service is temporarily unavailable. Try again.',
      {},
      { 'Retry-After': '1' },
    );
  }
  return new HttpProblem('internal-error', 'An unexpected error occurred. It has been logged.');
}
