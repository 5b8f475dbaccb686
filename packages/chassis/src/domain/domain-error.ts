import type { Problem, ProblemCode } from '@punctual/contracts';

/**
 * Further members of a problem, for the client to act on (api.md, Problems).
 */
export type ProblemExtras = Partial<
  Pick<
    Problem,
    | 'errors'
    | 'current'
    | 'currentJob'
    | 'currentAssignment'
    | 'currentPayout'
    | 'conflict'
    | 'freeWindows'
    | 'nearestValid'
    | 'limits'
  >
>;

/**
 * A domain rule refuses. It has the stable problem code but no status: only the HTTP edge maps one
 * to the other.
 */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  /** Seconds after which a retry may succeed. */
  readonly retryAfterS: number | undefined;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}, retryAfterS?: number) {
    super(detail);
    this.name = 'DomainError';
    this.code = code;
    this.extras = extras;
    this.retryAfterS = retryAfterS;
  }
}
