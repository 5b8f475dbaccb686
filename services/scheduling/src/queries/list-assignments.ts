import { DomainError } from '@punctual/chassis/domain';
import { type AssignmentPage, AssignmentStatus, type ListAssignmentsQuery } from '@punctual/contracts';
import type { AssignmentCaller } from '../domain/authorize.ts';
import {
  type AssignmentOrder,
  type Party,
  pageAssignments,
  placeOf,
  type SortKey,
} from '../persistence/page-assignments.ts';
import { placeCursor, readPlace } from './assignment-cursor.ts';
import type { QueryDeps } from './get-assignment.ts';
import { viewAssignments } from './view-assignments.ts';

/**
 * Lists the caller's own assignments, or all for ops.
 * @throws DomainError `validation-failed` for a cursor of another list, `forbidden`
 */
export async function listAssignments(
  deps: QueryDeps,
  caller: AssignmentCaller,
  { sort, limit, cursor, ...wanted }: ListAssignmentsQuery,
): Promise<AssignmentPage> {
  const parties = partiesOf(caller, wanted);
  const order = orderOf(sort);
  const list = { sort, ...wanted };
  const after = cursor === undefined ? undefined : readPlace(cursor, list, order);
  if (isNoTime(wanted)) return { items: [], nextCursor: null };

  const { status = AssignmentStatus.options, from, to, jobId, ids, updatedSince } = wanted;
  const filter = { parties, statuses: [...new Set(status)], from, to, jobId, ids, updatedSince };
  const found = await pageAssignments(deps.database, { filter, order, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await viewAssignments(deps.database, page, caller, deps.now()),
    nextCursor: last && found.length > limit ? placeCursor(list, placeOf(last, order)) : null,
  };
}

function orderOf(sort: ListAssignmentsQuery['sort']): AssignmentOrder {
  return { key: sort.replace('-', '') as SortKey, descending: sort.startsWith('-') };
}

/** Nothing overlaps an empty range. */
function isNoTime({ from, to }: Pick<ListAssignmentsQuery, 'from' | 'to'>): boolean {
  return from !== undefined && to !== undefined && from >= to;
}

/** What of the wanted the caller may see: the same as one by one. */
function partiesOf({ id, roles }: AssignmentCaller, wanted: Party): Party[] {
  const { customerId, providerId } = wanted;
  if (roles.includes('ops')) return [{ customerId, providerId }];
  if (!roles.includes('customer') && !roles.includes('provider')) {
    throw new DomainError('forbidden', 'This list is for customers, providers and ops.');
  }
  const isOwn = (side: string | undefined) => side === undefined || side === id;
  return [
    ...(roles.includes('customer') && isOwn(customerId) ? [{ customerId: id, providerId }] : []),
    ...(roles.includes('provider') && isOwn(providerId) ? [{ customerId, providerId: id }] : []),
  ];
}
