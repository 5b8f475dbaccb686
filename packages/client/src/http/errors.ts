import { type Open, type Problem, shapes } from '../api.ts';
import { knownValues } from './known-values.ts';
import { isTemporary, type Refusal, retryAfterMs } from './retry.ts';

/**
 * The API refused the request. `code` is the reason; `currentAssignment`, `conflict`, `freeWindows`
 * and other fields of `problem` help to recover.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** The pause that the API asks for before another attempt; 0 when it asks for none. */
  readonly retryAfterMs: number;
  /** The refusal is temporary: the same request may succeed later. */
  readonly isTemporary: boolean;

  constructor(request: string, problem: Problem, refusal: Refusal) {
    // Before unknown codes are replaced.
    super(`${request} was answered ${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = knownValues(problem, shapes.Problem);
    this.retryAfterMs = retryAfterMs(refusal.headers);
    this.isTemporary = isTemporary(refusal);
  }

  get code(): Open<Problem['code']> {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The response came from something between the app and the API, such as a proxy. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(request: string, status: number) {
    super(`${request} was answered ${status}, and not by the API`);
    this.status = status;
  }
}
