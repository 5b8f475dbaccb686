import type { Queryable } from '@punctual/chassis/postgres';
import type { AssignmentSituation } from '../domain/decide.ts';
import { findProposal } from '../persistence/counts.ts';
import type { Limits } from './deps.ts';

/**
 * When the acting side may propose again, if it has made too many proposals within an hour; null:
 * now. Ops is no side. The assignment must be locked.
 */
export async function findNextProposal(
  database: Queryable,
  { proposalsPerHour }: Limits,
  { assignment, acting, now }: AssignmentSituation,
): Promise<Temporal.Instant | null> {
  // With fewer versions there cannot be that many proposals, which nearly always spares a round
  // trip.
  if (acting.role === 'ops' || assignment.scheduleVersion < proposalsPerHour) return null;
  const oldest = await findProposal(database, {
    assignmentId: assignment.id,
    role: acting.role,
    after: now.subtract({ hours: 1 }),
    nth: proposalsPerHour,
  });
  return oldest?.add({ hours: 1 }) ?? null;
}
