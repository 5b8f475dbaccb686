import { formatInstant } from '@punctual/chassis';
import type { Queryable, Statement } from '@punctual/chassis/postgres';
import type { AssignmentStatus } from '@punctual/contracts';
import type { AssignmentState } from '../domain/assignment.ts';
import { type AssignmentColumns, assignmentColumns, longestWindow, toAssignment } from './assignment-columns.ts';
import { and, given, sql, text, unionAll, value } from './sql.ts';

/** Whose assignments: of a customer, of a provider, or between both; everybody's without either. */
export type Party = { customerId?: string | undefined; providerId?: string | undefined };

export type AssignmentFilter = {
  /** Assignments of any of these. No assignment may be of two of them. */
  parties: readonly Party[];
  statuses: readonly AssignmentStatus[];
  /** Windows that end after this. */
  from?: string | undefined;
  /** Windows that start before this. */
  to?: string | undefined;
  jobId?: string | undefined;
  ids?: readonly string[] | undefined;
  /** Changed then or later. */
  updatedSince?: string | undefined;
};

export type SortKey = 'createdAt' | 'start' | 'updatedAt';
/** Those without a window come last by `start`, in both directions. */
export type AssignmentOrder = { key: SortKey; descending: boolean };

/** Where a page ended: the sort columns of its last assignment. Those of a window may be null. */
export type Place = readonly (string | null)[];

export type PageRequest = {
  filter: AssignmentFilter;
  order: AssignmentOrder;
  /** The place that the page follows. */
  after: Place | undefined;
  limit: number;
};

/**
 * The order of the indexes, behind party and status. The id makes it total; the end of a window is
 * there to be compared within the index.
 */
const sortColumns: Readonly<Record<SortKey, readonly string[]>> = {
  createdAt: ['created_at', 'id'],
  updatedAt: ['updated_at', 'id'],
  start: ['scheduled_start', 'scheduled_end', 'id'],
};

/** So many of a part are cheap to sort. More are dense enough in any order to be found soon. */
const few = 500;

/**
 * Reads a page of assignments, in a time that depends little on the size of the table. Each part of
 * the index of the order is read from the place on; where other filters leave few assignments of a
 * part, those are sorted instead.
 */
export async function pageAssignments(database: Queryable, page: PageRequest): Promise<AssignmentState[]> {
  const { parties, jobId, ids } = page.filter;
  if (parties.length === 0) return [];
  const rows = (jobId ?? ids) === undefined ? await readParts(database, page) : await sortAll(database, page);
  return rows.map(toAssignment);
}

/** The place of an assignment in an order. */
export function placeOf(assignment: AssignmentState, { key }: AssignmentOrder): Place {
  const { id, createdAt, updatedAt, scheduledStart, scheduledEnd } = assignment;
  const times = { createdAt: [createdAt], updatedAt: [updatedAt], start: [scheduledStart, scheduledEnd] }[key];
  return [...times.map((time) => time && formatInstant(time)), id];
}

/** Reads those of a job or with some ids, which are never many. */
function sortAll(database: Queryable, { filter, order, after, limit }: PageRequest): Promise<AssignmentColumns[]> {
  const found = filter.parties.map(
    (party) => sql`(select * from assignment mine
      where ${and([...ofParty(party), ['mine.status = any(?)', [filter.statuses]], ...conditions(filter)])})`,
  );
  return database.query<AssignmentColumns>(
    ...sql`with found as materialized (${unionAll(found)})
      select ${text(assignmentColumns)} from found mine where ${behind(order, after)}
        order by ${sorted(order, 'nulls last')} limit ${value(limit)}`,
  );
}

async function readParts(database: Queryable, page: PageRequest): Promise<AssignmentColumns[]> {
  const { filter, order, after, limit } = page;
  if (order.key !== 'start') return mergeParts(database, page, behind(order, after));
  const hasNoWindow = after?.[0] === null;
  const windows = and([text('mine.scheduled_start is not null'), ...(after ? [compared(order, after)] : [])]);
  const first = hasNoWindow ? [] : await mergeParts(database, page, windows);
  if (first.length === limit || (filter.from ?? filter.to) !== undefined) return first;
  // An index has these on the same side in both directions, where a list has them last.
  const others = and([
    text('mine.scheduled_start is null and mine.scheduled_end is null'),
    ...(hasNoWindow ? [behind(order, after)] : []),
  ]);
  return [...first, ...(await mergeParts(database, { ...page, limit: limit - first.length }, others))];
}

/** Merges the beginnings of the parts of an index: one for each party and status. */
function mergeParts(database: Queryable, page: PageRequest, place: Statement): Promise<AssignmentColumns[]> {
  const { filter, order, limit } = page;
  const parts = filter.parties.map(
    (party) => sql`
      (select part.* from unnest(${value(filter.statuses)}::text[]) as wanted (status)
        cross join lateral (${partOf(page, party, place)}) as part)`,
  );
  return database.query<AssignmentColumns>(
    ...sql`select ${text(assignmentColumns)} from (${unionAll(parts)}) as mine
      order by ${sorted(order)} limit ${value(limit)}`,
  );
}

/**
 * The first of a part, in the order. How many there are is counted in the index that serves the
 * other filters, which reads no rows.
 */
function partOf(page: PageRequest, party: Party, place: Statement): Statement {
  const { filter, order, limit } = page;
  const { served, unserved } = byIndex(filter, order);
  const part = [...ofParty(party), text('mine.status = wanted.status')];
  const onwards = [...served, place];
  const inOrder = sql`order by ${sorted(order)} limit ${value(limit)}`;
  // Those that the index does not serve must not lead the planner to another one, whose matches it
  // would have to sort.
  const walked = and([...part, ...onwards, ...unserved.map((condition) => sql`(${condition}) is true`)]);
  const walk = sql`select * from assignment mine where ${walked}`;
  if (unserved.length === 0 && !isOfTwo(filter)) return sql`${walk} ${inOrder}`;
  const matches = and([...part, ...unserved]);
  return sql`
    with counted as materialized (
      select count(*) <= ${value(few)} as is_few
        from (select from assignment mine where ${matches} limit ${value(few + 1)}) as matching),
    found as materialized (select * from assignment mine where (select is_few from counted) and ${matches})
    (select mine.* from found mine where ${and(onwards)} ${inOrder})
    union all
    (${walk} and not (select is_few from counted) ${inOrder})`;
}

/** Whether a party is both a customer and a provider, of whom the index has only one. */
function isOfTwo({ parties }: AssignmentFilter): boolean {
  return parties.some(({ customerId, providerId }) => customerId !== undefined && providerId !== undefined);
}

/** The conditions by whether the index of the order serves them. */
function byIndex(filter: AssignmentFilter, { key }: AssignmentOrder): { served: Statement[]; unserved: Statement[] } {
  const { from, to, updatedSince } = filter;
  const window = conditions({ ...filter, updatedSince: undefined });
  const updated = given(updatedSince, 'mine.updated_at >= ?');
  if (key === 'start') return { served: window, unserved: updated };
  const isRange = (from ?? to) !== undefined;
  return key === 'updatedAt'
    ? { served: updated, unserved: isRange ? window : [] }
    : { served: [], unserved: [...updated, ...(isRange ? window : [])] };
}

function conditions({ from, to, jobId, ids, updatedSince }: AssignmentFilter): Statement[] {
  return [
    ...given(jobId, 'mine.job_id = ?'),
    ...given(ids, 'mine.id = any(?)'),
    ...given(updatedSince, 'mine.updated_at >= ?'),
    ...given(from, 'mine.scheduled_end > ?'),
    ...given(from, `mine.scheduled_start > ?::timestamptz - ${longestWindow}`),
    ...given(to, 'mine.scheduled_start < ?'),
  ];
}

function ofParty({ customerId, providerId }: Party): Statement[] {
  return [...given(customerId, 'mine.customer_id = ?'), ...given(providerId, 'mine.provider_id = ?')];
}

/** The condition on what follows a place, with or without a window. */
function behind(order: AssignmentOrder, after: Place | undefined): Statement {
  if (!after) return text('true');
  if (order.key !== 'start') return compared(order, after);
  if (after[0] === null) return [`mine.scheduled_start is null and mine.id ${sign(order)} ?`, [after.at(-1)]];
  return sql`(${compared(order, after)} or mine.scheduled_start is null)`;
}

function compared(order: AssignmentOrder, after: Place): Statement {
  const columns = sortColumns[order.key].map((column) => `mine.${column}`);
  return [`(${columns.join(', ')}) ${sign(order)} (${columns.map(() => '?').join(', ')})`, after];
}

const sign = ({ descending }: AssignmentOrder) => (descending ? '<' : '>');

function sorted({ key, descending }: AssignmentOrder, nulls = ''): Statement {
  const direction = `${descending ? 'desc' : 'asc'} ${nulls}`;
  return text(sortColumns[key].map((column) => `mine.${column} ${direction}`).join(', '));
}
