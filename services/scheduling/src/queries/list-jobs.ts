import { fromCursor, toCursor } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type JobPage, JobStatus, type ListJobsQuery, Uuid } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentCaller } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { type JobOrder, type JobParty, pageJobs, placeOfJob } from '../persistence/page-jobs.ts';
import { CursorTime, digestOf } from './cursor-parts.ts';
import type { QueryDeps } from './get-assignment.ts';

/**
 * Lists the jobs that are visible to the caller one by one: a customer's own, those that a provider
 * has now, and all for ops.
 * @throws DomainError `validation-failed` for a cursor of another list, filter or sort; `forbidden`
 */
export async function listJobs(
  deps: QueryDeps,
  caller: AssignmentCaller,
  { sort, limit, cursor, ...wanted }: ListJobsQuery,
): Promise<JobPage> {
  const parties = partiesOf(caller);
  const list = digestOf({ sort, ...wanted });
  const after = cursor === undefined ? undefined : readPlace(cursor, list);
  const order = { key: sort.replace('-', '') as JobOrder['key'], descending: sort.startsWith('-') };
  const statuses = [...new Set(wanted.status ?? JobStatus.options)];
  const filter = { ...wanted, parties, statuses };
  const found = await pageJobs(deps.database, { filter, order, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((job) => presentJob(job, caller)),
    nextCursor: last && found.length > limit ? toCursor('jobs', list, ...placeOfJob(last, order)) : null,
  };
}

function readPlace(cursor: string, list: string): [time: string, id: string] {
  const [, , ...place] = fromCursor(cursor, z.tuple([z.literal('jobs'), z.literal(list), CursorTime, Uuid]));
  return place;
}

function partiesOf({ id, roles }: AssignmentCaller): JobParty[] {
  if (roles.includes('ops')) return ['anybody'];
  const parties = [
    ...(roles.includes('customer') ? [{ customerId: id }] : []),
    ...(roles.includes('provider') ? [{ providerId: id }] : []),
  ];
  if (parties.length > 0) return parties;
  throw new DomainError('forbidden', 'This list is for customers, providers and ops.');
}
