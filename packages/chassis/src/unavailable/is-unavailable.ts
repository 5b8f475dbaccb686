import { judgeMongoError } from './mongo-error.ts';
import { isNetworkCode } from './network-error.ts';
import { isOwnFault, isSqlState } from './sql-state.ts';

/** What `pg` and its pool say without a code. */
const pgMessages =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client (has encountered|was closed)|Cannot use a pool after|Received unexpected \w+ message|The server does not support SSL|There was an error establishing an SSL|SASL: )/;

const maxDepth = 8;

/**
 * Whether a server could not do its work, rather than that it, or we, could not accept the request or event.
 *
 * Of what a database, its driver or the network reports only what is known to be the request's own fault (a constraint, a
 * malformed or too large value) is that; all else means `unavailable`, for a database fails in more ways than anyone lists: it
 * is read-only after a failover, renamed away, full, out of connections, or its password is being changed. A request gets
 * 503; an event waits, and never becomes a dead letter for it.
 *
 * An error of no driver (a TypeError, a ZodError, a DomainError) is our own or the event's fault and counts as a try, or
 * an event that breaks its handler would be tried for ever. Errors are judged by what caused them, too; the outermost verdict counts.
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
