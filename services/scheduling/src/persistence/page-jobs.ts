import { formatInstant } from '@punctual/chassis';
import type { Database, Statement } from '@punctual/chassis/postgres';
import type { JobStatus } from '@punctual/contracts';
import type { JobState } from '../domain/assignment.ts';
import { type JobColumns, jobColumns, toJob } from './jobs.ts';
import { and, given, sql, text, unionAll, value } from './sql.ts';

/** Jobs of a customer, or those that a provider has now; everybody's without either. */
export type JobParty = { customerId: string } | { providerId: string } | 'anybody';

export type JobFilter = {
  /** Jobs of any of these. No job may be of two of them. */
  parties: readonly JobParty[];
  statuses: readonly JobStatus[];
  /** A part of the title or of the reference, in any case. */
  q?: string | undefined;
  ids?: readonly string[] | undefined;
  /** Changed then or later. */
  updatedSince?: string | undefined;
};

export type JobOrder = { key: 'createdAt' | 'updatedAt'; descending: boolean };

/** Where a page ended: the time by which the list is sorted, and the id of its last job. */
export type JobPlace = readonly [time: string, id: string];

export type JobPageRequest = {
  filter: JobFilter;
  order: JobOrder;
  /** The place that the page follows. */
  after: JobPlace | undefined;
  limit: number;
};

type JobDatabase = Pick<Database, 'query' | 'isMigrated'>;

/** So many are cheap to sort. More of them are dense enough in any order to be found soon. */
const few = 2_000;
/** Where the page is looked for first: what many jobs have is found there, whatever their number. */
const near = 200;

/**
 * Reads a page of jobs, in a time that depends little on the size of the table. What an index
 * serves in its order is read from there. Where other filters leave few, those are sorted.
 */
export async function pageJobs(database: JobDatabase, page: JobPageRequest): Promise<JobState[]> {
  const { q, ids, updatedSince } = page.filter;
  const isFiltered =
    ids === undefined && (q !== undefined || (updatedSince !== undefined && page.order.key !== 'updatedAt'));
  const rows =
    (isFiltered ? await readNear(database, page) : undefined) ??
    (isFiltered || ids !== undefined ? await sortFew(database, page) : undefined) ??
    (await readIndex(database, page));
  return rows.map(toJob);
}

/** The place of a job in an order. */
export function placeOfJob(job: JobState, { key }: JobOrder): JobPlace {
  return [formatInstant(job[key]), job.id];
}

/** @returns undefined unless the page is full */
async function readNear(database: JobDatabase, page: JobPageRequest): Promise<JobColumns[] | undefined> {
  const { filter, order, limit } = page;
  const rows = await database.query<JobColumns>(
    ...sql`select * from (${mergedParts(database, { ...page, limit: near }, [])}) as near where ${and(conditions(filter))}
      order by ${sorted(order)} limit ${value(limit)}`,
  );
  return rows.length === limit ? rows : undefined;
}

/** @returns undefined when there are too many to sort */
async function sortFew(
  database: JobDatabase,
  { filter, order, after, limit }: JobPageRequest,
): Promise<JobColumns[] | undefined> {
  const found = filter.parties.map(
    (party) => sql`(select ${text(jobColumns)} from job
      where ${and([...ofParty(database, party), ['status = any(?)', [filter.statuses]], ...conditions(filter)])}
      limit ${value(few + 1)})`,
  );
  const rows = await database.query<JobColumns & { is_few: boolean }>(
    ...sql`with found as materialized (${unionAll(found)})
      select counted.is_few, page.* from (select count(*) <= ${value(few)} as is_few from found) as counted
        left join lateral (
          select * from found where counted.is_few and ${and(behind(order, after))}
            order by ${sorted(order)} limit ${value(limit)}) as page on true
        order by ${sorted(order)}`,
  );
  // One row says at least whether there are few.
  return rows[0]?.is_few ? rows.filter(({ id }) => id !== null) : undefined;
}

function readIndex(database: JobDatabase, page: JobPageRequest): Promise<JobColumns[]> {
  return database.query<JobColumns>(...mergedParts(database, page, conditions(page.filter)));
}

/** Merges the beginnings of several parts of an index, one for each party and status. */
function mergedParts(
  database: JobDatabase,
  { filter, order, after, limit }: JobPageRequest,
  others: readonly Statement[],
): Statement {
  const parts = filter.parties.map(
    (party) => sql`
      (select part.* from unnest(${value(filter.statuses)}::text[]) as wanted (status) cross join lateral (
        select ${text(jobColumns)} from job
          where ${and([...ofParty(database, party), text('job.status = wanted.status'), ...others, ...behind(order, after)])}
          order by ${sorted(order)} limit ${value(limit)}) as part)`,
  );
  return sql`select * from (${unionAll(parts)}) as page order by ${sorted(order)} limit ${value(limit)}`;
}

function ofParty(database: JobDatabase, party: JobParty): Statement[] {
  if (party === 'anybody') return [];
  if ('customerId' in party) return given(party.customerId, 'customer_id = ?');
  return given(party.providerId, database.isMigrated() ? 'current_provider_id = ?' : isCurrentProvider);
}

/** The same from the assignments, while `current_provider_id` is being filled. */
const isCurrentProvider = `exists (select from assignment mine
  where mine.id = job.current_assignment_id and mine.provider_id = ?)`;

function conditions({ q, ids, updatedSince }: JobFilter): Statement[] {
  const pattern = q === undefined ? undefined : `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  return [
    ...(pattern === undefined ? [] : [sql`(title ilike ${value(pattern)} or reference ilike ${value(pattern)})`]),
    ...given(ids, 'id = any(?)'),
    ...given(updatedSince, 'updated_at >= ?'),
  ];
}

/** The condition on what follows a place. */
function behind({ key, descending }: JobOrder, after: JobPlace | undefined): Statement[] {
  return after ? [[`(${columnOf[key]}, id) ${descending ? '<' : '>'} (?, ?)`, after]] : [];
}

function sorted({ key, descending }: JobOrder): Statement {
  const direction = descending ? 'desc' : 'asc';
  return text(`${columnOf[key]} ${direction}, id ${direction}`);
}

const columnOf = { createdAt: 'created_at', updatedAt: 'updated_at' } as const;
