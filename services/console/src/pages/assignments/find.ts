import type { Assignment, Client, Input } from '@punctual/client';
import { Uuid } from '@punctual/contracts';
import { startOfDay } from '../../html/times.ts';
import type { Visit } from '../page.ts';
import type { AssignmentsQuery } from './query.ts';

/** One page of what was found. */
export type Found = {
  items: readonly Assignment[];
  /** What the URL of the next page has more than this one's. */
  next: Readonly<Record<string, string>> | undefined;
};

type Filters = NonNullable<NonNullable<Input<'listAssignments'>>['query']>;

const rowsOnPage = 25;

/** Finds assignments by the filters, and by what the search may name. */
export function findAssignments({ api, times }: Visit, query: AssignmentsQuery): Promise<Found> {
  const { search, status, from, to, sort, cursor, jobId, customerId, providerId } = query;
  const filters: Filters = {
    sort,
    limit: rowsOnPage,
    ...(status && { status }),
    ...(from && { from: startOfDay(from, times.zone).toString() }),
    ...(to && { to: startOfDay(to, times.zone, 1).toString() }),
    ...(jobId && { jobId }),
    ...(customerId && { customerId }),
    ...(providerId && { providerId }),
  };
  if (search === undefined) return list(api, filters, cursor);
  return Uuid.safeParse(search).success ? byId(api, filters, search) : byWords(api, filters, search, cursor);
}

async function list(
  api: Client,
  filters: Filters,
  cursor?: string,
  found: Record<string, string> = {},
): Promise<Found> {
  const { items, nextCursor } = await api.listAssignments({ query: { ...filters, ...(cursor && { cursor }) } });
  return { items, next: nextCursor === null ? undefined : { ...found, cursor: nextCursor } };
}

/** The id is that of an assignment, a job, a customer or a provider: whichever finds something. */
async function byId(api: Client, filters: Filters, id: string): Promise<Found> {
  const fields = ['ids', 'jobId', 'customerId', 'providerId'] as const;
  const tries = fields.map((field) => list(api, { ...filters, [field]: id }, undefined, { search: '', [field]: id }));
  const found = await Promise.all(tries);
  return found.find(({ items }) => items.length > 0) ?? { items: [], next: undefined };
}

/** By title and reference of the job: the current assignment of each. */
async function byWords(api: Client, filters: Filters, words: string, cursor: string | undefined): Promise<Found> {
  const { items: jobs, nextCursor } = await api.listJobs({
    query: { q: words, limit: rowsOnPage, ...(cursor && { cursor }) },
  });
  const ids = jobs.flatMap(({ currentAssignmentId }) => currentAssignmentId ?? []);
  const { items } = ids.length > 0 ? await list(api, { ...filters, ids }) : { items: [] };
  return { items, next: nextCursor === null ? undefined : { cursor: nextCursor } };
}
