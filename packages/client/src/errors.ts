import type { Problem } from './api.ts';

/** The API said no: `problem.code` says why, and `problem.current`, `conflict`, `freeWindows` and the rest what to do about it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(request: string, problem: Problem) {
    super(`${request} was answered ${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** Something between here and the API answered in its place. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(request: string, status: number) {
    super(`${request} was answered ${status}, and not by the API`);
    this.status = status;
  }
}
