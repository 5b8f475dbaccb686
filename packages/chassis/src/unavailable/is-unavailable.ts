import { judgeMongoError } from './mongo-error.ts';
import { isNetworkCode } from './network-error.ts';
import { isOwnFault, isSqlState } from './sql-state.ts';

/** Errors of `pg` and its pool that have no code. */
const pgMessages =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed)|Cannot use a pool after|Received unexpected \w+ message|The server does not support SSL|There was an error establishing an SSL|SASL: )/;

const maxDepth = 8;

/**
 * Whether an error means that a server could not do its work, rather than that the request or event
 * was at fault.
 *
 * Of the errors of a database, its driver or the network, only those known to be the request's own
 * fault (a constraint, a malformed or too large value) count as such. Any other means
 * `unavailable`, since a database fails in more ways than a list can hold: read-only after a
 * failover, renamed away, full, out of connections, with a changed password. The request then gets
 * 503; the event waits and never becomes a dead letter.
 *
 * Errors from elsewhere (a TypeError, a ZodError, a DomainError) are our own or the event's fault
 * and count as a try; otherwise an event that breaks its handler would be retried forever. Causes
 * are judged too; the outermost verdict counts.
 */
export function isUnavailable(error: unknown): boolean {
  return judge(error, 0) === 'unavailable';
}

type Verdict = 'own-fault' | 'unavailable' | undefined;

function judge(error: unknown, depth: number): Verdict {
  if (!(error instanceof Error) || depth > maxDepth) return undefined;
  return judgeAlone(error) ?? judgeSeveral(error, depth) ?? judge(error.cause, depth + 1);
}

function judgeAlone(error: Error): Verdict {
  const code = 'code' in error ? error.code : undefined;
  if (isSqlState(code)) return isOwnFault(code) ? 'own-fault' : 'unavailable';
  if (isNetworkCode(code) || pgMessages.test(error.message)) return 'unavailable';
  return judgeMongoError(error);
}

function judgeSeveral(error: Error, depth: number): Verdict {
  if (!(error instanceof AggregateError)) return undefined;
  const verdicts = error.errors.map((each) => judge(each, depth + 1));
  return verdicts.find((verdict) => verdict === 'unavailable') ?? verdicts.find((verdict) => verdict !== undefined);
}
