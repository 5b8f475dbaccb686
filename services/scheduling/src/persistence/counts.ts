import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statement } from '@punctual/chassis/postgres';
import type { Role } from '@punctual/contracts';

/** When the `nth` latest of a side's proposals for an assignment was made, if it was made after a moment. */
export async function findProposal(
  em: EntityManager,
  { assignmentId, role, after, nth }: { assignmentId: string; role: Role; after: Temporal.Instant; nth: number },
): Promise<Temporal.Instant | null> {
  const [row] = await em.execute<{ at: string }[]>(
    `select at from assignment_timeline
      where assignment_id = ? and actor ->> 'role' = ? and at > ? and type = 'schedule.proposed'
      order by at desc offset ? limit 1`,
    [assignmentId, role, after.toString(), nth - 1],
  );
  return row ? Temporal.Instant.from(row.at) : null;
}

/**
 * Assignments that a customer has given to a provider who has neither proposed, confirmed nor rejected since, as many as `atMost`.
 * Whoever creates one more waits here for the others.
 */
export function countUnanswered(
  em: EntityManager,
  { customerId, providerId }: { customerId: string; providerId: string },
  atMost: number,
): Promise<number> {
  return countInTurn(em, customerId, [
    `select from assignment given
      where customer_id = ? and provider_id = ? and given_by_customer and status in ('UNSCHEDULED', 'PROPOSED')
        and not exists (
          select from assignment_timeline answer
            where answer.assignment_id = given.id and answer.actor ->> 'role' = 'provider'
              and answer.type in ('schedule.proposed', 'schedule.confirmed', 'schedule.rejected'))
      limit ?`,
    [customerId, providerId, atMost],
  ]);
}

/** Jobs of a customer that are open or assigned, as many as `atMost`. Whoever creates one more waits here for the others. */
export function countOpenJobs(em: EntityManager, customerId: string, atMost: number): Promise<number> {
  return countInTurn(em, customerId, [
    `select from job where customer_id = ? and status in ('OPEN', 'ASSIGNED') limit ?`,
    [customerId, atMost],
  ]);
}

/** Two statements at once: only what begins after the lock was taken sees what the one before has created. */
async function countInTurn(em: EntityManager, customerId: string, [select, parameters]: Statement): Promise<number> {
  const rows = await em.execute<{ count?: number }[]>(
    `select pg_advisory_xact_lock(hashtextextended(?, 0)); select count(*)::int as count from (${select}) as found`,
    [`customer ${customerId}`, ...parameters],
  );
  const count = rows.at(-1)?.count;
  if (count === undefined) throw new Error('A count without a row.');
  return count;
}
