import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import type { Assignment } from '../domain/assignment.ts';
import type { Acting } from '../domain/authorize.ts';
import { countOpenJobs, countUnanswered, findProposal } from '../persistence/counts.ts';
import type { CommandDeps } from './command.ts';

type Limited = Pick<CommandDeps, 'limits'>;

/** These wait for somebody to act, so nobody knows how long; too long for a client to repeat the request by itself. */
const retryAfterS = 3_600;

/**
 * When the acting side may propose again, if it has made too many proposals within an hour; null: now. Ops is no side. For an assignment
 * that is locked.
 */
export async function findNextProposal(
  em: EntityManager,
  { limits }: Limited,
  { assignment, acting, now }: { assignment: Assignment; acting: Acting; now: Temporal.Instant },
): Promise<Temporal.Instant | null> {
  const { proposalsPerHour } = limits;
  // With fewer versions there cannot be so many proposals: nearly always that spares a round trip.
  if (acting.role === 'ops' || assignment.scheduleVersion < proposalsPerHour) return null;
  const oldest = await findProposal(em, {
    assignmentId: assignment.id,
    role: acting.role,
    after: now.subtract({ hours: 1 }),
    nth: proposalsPerHour,
  });
  return oldest?.add({ hours: 1 }) ?? null;
}

/** @throws DomainError `too-many-open-assignments` */
export async function refuseTooManyUnanswered(
  em: EntityManager,
  { limits }: Limited,
  pair: Pick<Assignment, 'customerId' | 'providerId'>,
): Promise<void> {
  if ((await countUnanswered(em, pair, limits.openPerPair)) < limits.openPerPair) return;
  const detail = `The provider has not answered ${limits.openPerPair} assignments of yours.`;
  throw new DomainError('too-many-open-assignments', detail, {}, retryAfterS);
}

/** @throws DomainError `too-many-open-jobs` */
export async function refuseTooManyJobs(em: EntityManager, { limits }: Limited, customerId: string): Promise<void> {
  if ((await countOpenJobs(em, customerId, limits.openJobs)) < limits.openJobs) return;
  throw new DomainError('too-many-open-jobs', `You have ${limits.openJobs} open jobs.`, {}, retryAfterS);
}
