import { type FilterQuery, type InferEntity, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '@punctual/chassis/postgres';
import { type Role, TimelineItem } from '@punctual/contracts';
import type { Surroundings } from '../domain/actions.ts';
import type { Assignment, Interval } from '../domain/assignment.ts';
import {
  type AssignmentColumns,
  type AssignmentRef,
  assignmentColumns,
  disputersOf,
  proposerOf,
  selectAssignment,
  toAssignment,
} from './assignment-columns.ts';
import { AssignmentRow } from './assignment-row.ts';
import { TimelineRow } from './timeline-row.ts';

/** Whether the provider of `mine` has another confirmed window at that time. */
const isTaken = `exists (
  select from assignment other
    where other.provider_id = mine.provider_id and other.status = 'CONFIRMED' and other.id <> mine.id
      and tstzrange(other.scheduled_start, other.scheduled_end, '[)')
        && tstzrange(mine.scheduled_start, mine.scheduled_end, '[)'))`;

const assignmentInSight = `
  select ${assignmentColumns}, status = 'PROPOSED' and ${isTaken} as window_taken, ${proposerOf('mine')},
      ${disputersOf('mine')}
    from assignment mine where id = $1`;

const readOnly = { disableIdentityMap: true } as const;

export async function findAssignment(em: EntityManager, ref: AssignmentRef): Promise<Assignment | null> {
  const [row] = await em.execute<AssignmentColumns[]>(...selectAssignment(ref));
  return row ? toAssignment(row) : null;
}

type SurroundingsColumns = { window_taken: boolean; proposer_id: string | null; disputed_by: Role[] | null };

/** An assignment with what its actions depend on besides. */
export async function findAssignmentInSight(
  database: Database,
  id: string,
): Promise<{ assignment: Assignment; surroundings: Surroundings } | null> {
  const [row] = await database.read<AssignmentColumns & SurroundingsColumns>({
    name: 'assignment and surroundings',
    text: assignmentInSight,
    values: [id],
  });
  return row ? { assignment: toAssignment(row), surroundings: toSurroundings(row) } : null;
}

/** Who made the open proposal, if there is one. */
export async function findProposer(em: EntityManager, ref: AssignmentRef): Promise<string | null> {
  const [row] = await em.execute<AssignmentColumns[]>(...selectAssignment(ref));
  return row?.proposer_id ?? null;
}

/** The sides that have disputed an assignment. */
export async function findDisputers(em: EntityManager, id: string): Promise<Role[]> {
  const sql = `select ${disputersOf('mine')} from assignment mine where id = ?`;
  const [row] = await em.execute<Pick<SurroundingsColumns, 'disputed_by'>[]>(sql, [id]);
  return row?.disputed_by ?? [];
}

/** A page of assignments, the newest first: ids of version 7 sort by age. */
export async function pageAssignments(
  em: EntityManager,
  where: FilterQuery<InferEntity<typeof AssignmentRow>>,
  limit: number,
): Promise<Assignment[]> {
  return em.find(AssignmentRow, where, { ...readOnly, orderBy: { id: 'desc' }, limit });
}

/** At most `limit` proposals that have run out, locked; those that another instance is expiring are left to it. */
export async function lockExpired(em: EntityManager, now: Temporal.Instant, limit: number): Promise<Assignment[]> {
  const expired = { status: 'PROPOSED', proposalExpiresAt: { $lte: now } } as const;
  return em.find(AssignmentRow, expired, {
    ...readOnly,
    orderBy: { proposalExpiresAt: 'asc' },
    limit,
    lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE,
  });
}

/** The confirmed windows of a provider that overlap `range`, sorted; windows that touch do not overlap. */
export async function confirmedWindows(
  em: EntityManager,
  query: { providerId: string; range: Interval; exceptAssignmentId?: string; limit?: number },
): Promise<Interval[]> {
  const { providerId, range, exceptAssignmentId, limit } = query;
  const rows = await em.execute<{ scheduled_start: string; scheduled_end: string }[]>(
    `select scheduled_start, scheduled_end from assignment
      where provider_id = ? and status = 'CONFIRMED' and id is distinct from ?::uuid
        and tstzrange(scheduled_start, scheduled_end, '[)') && tstzrange(?, ?, '[)')
      order by scheduled_start
      limit ?`,
    [providerId, exceptAssignmentId ?? null, range.start.toString(), range.end.toString(), limit ?? null],
  );
  return rows.map((row) => ({
    start: Temporal.Instant.from(row.scheduled_start),
    end: Temporal.Instant.from(row.scheduled_end),
  }));
}

/**
 * What the actions of each open proposal depend on: who made it, and whether another window was confirmed there meanwhile; and of each
 * disputed assignment, who has disputed it.
 */
export async function surroundingsOf(
  em: EntityManager,
  assignments: readonly Assignment[],
): Promise<Map<string, Surroundings>> {
  const ids = assignments.filter(({ status, disputedAt }) => status === 'PROPOSED' || disputedAt).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await em.execute<({ id: string } & SurroundingsColumns)[]>(
    `select mine.id, status = 'PROPOSED' and ${isTaken} as window_taken, ${proposerOf('mine')}, ${disputersOf('mine')}
      from assignment mine where mine.id in (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  return new Map(rows.map((row) => [row.id, toSurroundings(row)]));
}

function toSurroundings({ window_taken, proposer_id, disputed_by }: SurroundingsColumns): Surroundings {
  return { windowTaken: window_taken, proposerId: proposer_id, disputedBy: disputed_by ?? [] };
}

/** The items of an assignment's timeline that follow a version, oldest first. */
export async function readTimeline(
  em: EntityManager,
  assignmentId: string,
  { after, limit }: { after: number; limit: number },
): Promise<TimelineItem[]> {
  const where = { assignmentId, version: { $gt: after } };
  const rows = await em.find(TimelineRow, where, { ...readOnly, orderBy: { version: 'asc' }, limit });
  return rows.map(toItem);
}

/** The latest items of an assignment's timeline, oldest first. */
export async function readLatestItems(em: EntityManager, assignmentId: string, limit: number): Promise<TimelineItem[]> {
  const rows = await em.find(TimelineRow, { assignmentId }, { ...readOnly, orderBy: { version: 'desc' }, limit });
  return rows.toReversed().map(toItem);
}

function toItem(row: InferEntity<typeof TimelineRow>): TimelineItem {
  const { version, type, actor, source, reason, before, after, traceId, at } = row;
  return TimelineItem.parse({ version, type, actor, source, reason, before, after, traceId, at: at.toISOString() });
}
