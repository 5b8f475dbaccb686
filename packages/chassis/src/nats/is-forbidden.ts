import { PermissionViolationError } from '@nats-io/transport-node';

/**
 * Whether NATS refused a request for want of a permission. Permissions are changed before a release
 * that needs them, but maybe were not.
 */
export function isForbidden(error: unknown): boolean {
  if (error instanceof PermissionViolationError) return true;
  return error instanceof Error && error.cause !== undefined && isForbidden(error.cause);
}
