/** The driver was misused; no server was asked. */
const misuse =
  /^Mongo(API|InvalidArgument|Parse|MissingDependency|BatchReExecution|CursorExhausted|CursorInUse|Transaction)Error$/;

/**
 * The codes of writes and queries that no server would accept: malformed (2, 9, 14, 15, 16, 22, 28,
 * 40, 52–57, 66, 72, 168), a document that does not pass validation (121), too large (10334, 17280,
 * 17419, 17420), or a duplicate key (11000, 11001, 12582).
 */
const ownFaults = new Set([
  2, 9, 14, 15, 16, 22, 28, 40, 52, 53, 54, 55, 56, 57, 66, 72, 121, 168, 10334, 11000, 11001, 12582, 17280, 17419,
  17420,
]);

/**
 * Judges an error of the MongoDB driver, recognised by its name; undefined for any other error.
 * Among several failed writes one that is not the request's own fault is enough for `unavailable`.
 */
export function judgeMongoError(error: Error): 'own-fault' | 'unavailable' | undefined {
  if (/^BSON\w*Error$/.test(error.name)) return 'own-fault';
  if (!/^Mongo\w*Error$/.test(error.name)) return undefined;
  if (misuse.test(error.name)) return 'own-fault';
  const isOwn = codesOf(error).every((code) => typeof code === 'number' && ownFaults.has(code));
  return isOwn ? 'own-fault' : 'unavailable';
}

function codesOf(error: Error): unknown[] {
  const code = 'code' in error ? error.code : undefined;
  const failures = 'writeErrors' in error ? [error.writeErrors].flat() : [];
  return [code, ...failures.map((failure) => (failure as { code?: unknown }).code)];
}
