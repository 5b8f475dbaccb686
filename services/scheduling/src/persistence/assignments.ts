import type { Database, Queryable } from '@punctual/chassis/postgres';
import type { Surroundings } from '../domain/actions.ts';
import type { AssignmentState, TimeRange } from '../domain/assignment.ts';
import {
  type AssignmentColumns,
  assignmentColumns,
  disputersOf,
  type PartiesColumns,
  proposerOf,
  selectAssignment,
  toAssignment,
} from './assignment-columns.ts';

/**
 * Whether the provider of `mine`, which is not confirmed, has a confirmed window at that time.
 * Confirmed windows of a provider never overlap, so the last that starts before the end of `mine`
 * ends last.
 */
const isTaken = `coalesce((
  select other.scheduled_end > mine.scheduled_start from assignment other
    where other.provider_id = mine.provider_id and other.status = 'CONFIRMED'
      and other.scheduled_start < mine.scheduled_end
    order by other.scheduled_start desc, other.scheduled_end desc, other.id desc limit 1), false)`;

const assignmentInSight = `
  select ${assignmentColumns}, status = 'PROPOSED' and ${isTaken} as window_taken, ${proposerOf('mine')},
      ${disputersOf('mine')}
    from assignment mine where id = $1`;

export async function findAssignment(database: Queryable, id: string): Promise<AssignmentState | null> {
  const [row] = await database.query<AssignmentColumns>(...selectAssignment({ id }));
  return row ? toAssignment(row) : null;
}

/** Locks an assignment, unless a command has done so. */
export async function lockAssignment(transaction: Queryable, id: string): Promise<AssignmentState | null> {
  const [select, parameters] = selectAssignment({ id });
  const [row] = await transaction.query<AssignmentColumns>(`${select} for update`, parameters);
  return row ? toAssignment(row) : null;
}

/** Locks assignments in the order of their ids; by id. Nothing for those that do not exist. */
export async function lockAssignments(
  transaction: Queryable,
  ids: readonly string[],
): Promise<Map<string, AssignmentState>> {
  const rows = await transaction.query<AssignmentColumns>(
    `select ${assignmentColumns} from assignment where id = any(?::uuid[]) order by id for update`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, toAssignment(row)]));
}

type SurroundingsColumns = PartiesColumns & { window_taken: boolean };

/** Finds an assignment with what its actions depend on. */
export async function findAssignmentInSight(
  database: Database,
  id: string,
): Promise<{ assignment: AssignmentState; surroundings: Surroundings } | null> {
  const [row] = await database.read<AssignmentColumns & SurroundingsColumns>({
    name: 'assignment and surroundings',
    text: assignmentInSight,
    values: [id],
  });
  return row ? { assignment: toAssignment(row), surroundings: toSurroundings(row) } : null;
}

/**
 * At most `limit` proposals that have run out, locked. Those that another instance is expiring are
 * left to it.
 */
export async function lockExpired(
  database: Queryable,
  now: Temporal.Instant,
  limit: number,
): Promise<AssignmentState[]> {
  const rows = await database.query<AssignmentColumns>(
    `select ${assignmentColumns} from assignment where status = 'PROPOSED' and proposal_expires_at <= ?
      order by proposal_expires_at limit ? for update skip locked`,
    [now, limit],
  );
  return rows.map(toAssignment);
}

/**
 * Finds a provider's confirmed windows that overlap `range`, sorted. Touching is not overlapping.
 * They never overlap each other, so only the last that starts before the range may last into it.
 */
export async function confirmedWindows(
  database: Queryable,
  query: { providerId: string; range: TimeRange; exceptAssignmentId?: string; limit?: number },
): Promise<TimeRange[]> {
  const { providerId, range, exceptAssignmentId, limit } = query;
  const rows = await database.query<{ scheduled_start: string; scheduled_end: string }>(
    `select scheduled_start, scheduled_end from assignment
      where provider_id = ? and status = 'CONFIRMED' and id is distinct from ?::uuid
        and scheduled_start < ? and scheduled_end > ? and scheduled_start >= coalesce((
          select scheduled_start from assignment
            where provider_id = ? and status = 'CONFIRMED' and scheduled_start <= ?
            order by scheduled_start desc, scheduled_end desc, id desc limit 1), '-infinity')
      order by scheduled_start
      limit ?`,
    [providerId, exceptAssignmentId, range.end, range.start, providerId, range.start, limit],
  );
  return rows.map((row) => ({
    start: Temporal.Instant.from(row.scheduled_start),
    end: Temporal.Instant.from(row.scheduled_end),
  }));
}

/**
 * Reads what the actions depend on. For each open proposal: who made it, and whether another window
 * was confirmed at that time. For each disputed assignment: who has disputed it.
 */
export async function surroundingsOf(
  database: Queryable,
  assignments: readonly AssignmentState[],
): Promise<Map<string, Surroundings>> {
  const ids = assignments.filter(({ status, disputedAt }) => status === 'PROPOSED' || disputedAt).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await database.query<{ id: string } & SurroundingsColumns>(
    `select mine.id, status = 'PROPOSED' and ${isTaken} as window_taken, ${proposerOf('mine')}, ${disputersOf('mine')}
      from assignment mine where mine.id = any(?)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, toSurroundings(row)]));
}

function toSurroundings({ window_taken, proposer_id, disputed_by }: SurroundingsColumns): Surroundings {
  return { windowTaken: window_taken, proposerId: proposer_id, disputedBy: disputed_by ?? [] };
}

/** Where the timelines of assignments are. */
export const assignmentTimeline = { table: 'assignment_timeline', key: 'assignment_id' } as const;
