/** Whether NATS refused a request: the user of an earlier `users.conf` may not read the streams. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'PermissionViolationError' || isRefused(error.cause);
}
