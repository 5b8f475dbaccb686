import { DomainError } from '@punctual/chassis/domain';
import type { AssignmentPage, AssignmentStatus } from '@punctual/contracts';
import type { Caller } from '../domain/authorize.ts';
import { pageAssignments } from '../persistence/assignments.ts';
import type { QueryDeps } from './get-assignment.ts';
import { viewAssignments } from './view-assignments.ts';

export type ListQuery = {
  status?: AssignmentStatus | undefined;
  /** Windows that start then or later; what has no window is left out. */
  from?: string | undefined;
  /** Windows that start before. */
  to?: string | undefined;
  limit: number;
  /** The id of the last one seen. */
  after?: string | undefined;
};

/**
 * The caller's own assignments, or all of them for ops, the newest first.
 * @throws DomainError `forbidden`
 */
export async function listAssignments(
  deps: QueryDeps,
  caller: Caller,
  { status, from, to, limit, after }: ListQuery,
): Promise<AssignmentPage> {
  const em = deps.database.fork();
  const found = await pageAssignments(
    em,
    {
      ...ownOf(caller),
      ...(status && { status }),
      ...(after && { id: { $lt: after } }),
      ...((from || to) && {
        scheduledStart: {
          ...(from && { $gte: Temporal.Instant.from(from) }),
          ...(to && { $lt: Temporal.Instant.from(to) }),
        },
      }),
    },
    limit + 1,
  );
  const page = found.slice(0, limit);
  return {
    items: await viewAssignments(em, page, caller, deps.now()),
    nextCursor: found.length > limit ? toCursor(page.at(-1)?.id) : null,
  };
}

function ownOf({ id, roles }: Caller) {
  if (roles.includes('ops')) return {};
  const own = [
    ...(roles.includes('customer') ? [{ customerId: id }] : []),
    ...(roles.includes('provider') ? [{ providerId: id }] : []),
  ];
  if (own.length === 0) throw new DomainError('forbidden', 'This list is for customers, providers and ops.');
  return { $or: own };
}

function toCursor(id: string | undefined): string | null {
  return id === undefined ? null : Buffer.from(id).toString('base64url');
}
