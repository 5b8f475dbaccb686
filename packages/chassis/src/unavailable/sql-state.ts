// SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html

/**
 * Classes that blame the statement's own data: cardinality violation (21), data exception (22),
 * integrity constraint violation (23), triggered data change violation (27), WITH CHECK OPTION
 * violation (44), and program limit exceeded (54, such as an index entry that is too long). Our own
 * triggers raise `check_violation`, so an exception without a code (P0001) is from an operator's
 * trigger, such as one that blocks writes during maintenance.
 */
const ownFault = /^(2[1237]|44|54)/;
/**
 * Contention, a cancelled statement, an unavailable lock: the next try may succeed in the same
 * session.
 */
const passing = /^(40|55P03|57014)/;
/** Faults that a new session or the readiness check detects. */
const seenByCheck = /^(08|0A|25|26|28|3D|53300|57)/;

/**
 * Whether a string is a SQLSTATE: five characters of a known kind of class, which no code of
 * Node.js is.
 */
export function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && /^(\d[\dA-Z]|F0|HV|P0|XX)[\dA-Z]{3}$/.test(code);
}

/** Whether the same statement would fail on any healthy database. */
export function isOwnFault(sqlState: string): boolean {
  return ownFault.test(sqlState);
}

/** Whether the session that answered this, and others opened like it, should not be used again. */
export function condemnsSession(sqlState: string): boolean {
  return !ownFault.test(sqlState) && !passing.test(sqlState);
}

/**
 * Whether only a failed statement shows that the database is unusable: a full disk, a missing
 * table.
 */
export function isHiddenFault(sqlState: string): boolean {
  return condemnsSession(sqlState) && !seenByCheck.test(sqlState);
}
