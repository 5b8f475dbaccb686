import type { Problem, ProblemCode } from '@punctual/contracts';

/** What a problem may carry beside its code, so that the client can act on it (api.md, Problems). */
export type ProblemExtras = Partial<
  Pick<Problem, 'errors' | 'current' | 'conflict' | 'freeWindows' | 'nearestValid' | 'limits'>
>;

/**
 * A rule of the domain says no. Knows the stable problem code and never a status: only the HTTP edge maps one to the other.
 */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  /** In how many seconds the answer may be another one. */
  readonly retryAfterS: number | undefined;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}, retryAfterS?: number) {
    super(detail);
    this.name = 'DomainError';
    this.code = code;
    this.extras = extras;
    this.retryAfterS = retryAfterS;
  }
}
