const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** PostgreSQL: connection exceptions (08), too many connections (53300), shutting down or starting (57P01–57P03). */
const sqlStates = /^(08...|53300|57P0[123])$/;
const mongoNames = /^Mongo(Network|ServerSelection|PoolCleared|NotConnected|TopologyClosed|ClientClosed)/;
const poolMessages = /timeout exceeded when trying to connect|Connection terminated|is not queryable/;

/** True when the error, or what caused it, says that a server is out of reach rather than that the request is wrong. */
export function isUnavailable(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (networkCodes.has(code) || sqlStates.test(code)) return true;
    if (mongoNames.test(cause.name) || poolMessages.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isUnavailable)) return true;
  }
  return false;
}
