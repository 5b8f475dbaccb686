import type { Queryable, Statement, Transaction } from '@punctual/chassis/postgres';
import type { Role } from '@punctual/contracts';

/** Finds when the `nth` latest proposal of a side was made, if after a moment. */
export async function findProposal(
  database: Queryable,
  { assignmentId, role, after, nth }: { assignmentId: string; role: Role; after: Temporal.Instant; nth: number },
): Promise<Temporal.Instant | null> {
  const [row] = await database.query<{ at: string }>(
    `select at from assignment_timeline
      where assignment_id = ? and actor ->> 'role' = ? and at > ? and type = 'schedule.proposed'
      order by at desc offset ? limit 1`,
    [assignmentId, role, after, nth - 1],
  );
  return row ? Temporal.Instant.from(row.at) : null;
}

/** The lock taken before another job or assignment of a customer is created. */
export const customerLock = (customerId: string): string => `customer ${customerId}`;

/**
 * Counts the assignments that a customer has given to a provider who has neither proposed,
 * confirmed nor rejected since, up to `atMost`. Waits for {@link customerLock}.
 */
export async function countUnanswered(
  transaction: Transaction,
  { customerId, providerId }: { customerId: string; providerId: string },
  atMost: number,
): Promise<number> {
  // Two statements: only one that begins after the lock was taken sees what the one before created.
  const [, [row]] = await transaction.batch<[object[], CountRow[]]>([
    ['select pg_advisory_xact_lock(hashtextextended(?, 0))', [customerLock(customerId)]],
    counting(
      `select from assignment given
        where customer_id = ? and provider_id = ? and given_by_customer and status in ('UNSCHEDULED', 'PROPOSED')
          and not exists (
            select from assignment_timeline answer
              where answer.assignment_id = given.id and answer.actor ->> 'role' = 'provider'
                and answer.type in ('schedule.proposed', 'schedule.confirmed', 'schedule.rejected'))
        limit ?`,
      [customerId, providerId, atMost],
    ),
  ]);
  return countOf(row);
}

/** Counts the jobs of a customer that are open or assigned, up to `atMost`. */
export function countOpenJobs(customerId: string, atMost: number): Statement {
  return counting(`select from job where customer_id = ? and status in ('OPEN', 'ASSIGNED') limit ?`, [
    customerId,
    atMost,
  ]);
}

export type CountRow = { count: number };

export function countOf(row: CountRow | undefined): number {
  if (row === undefined) throw new Error('A count without a row.');
  return row.count;
}

function counting(select: string, parameters: readonly unknown[]): Statement {
  return [`select count(*)::int as count from (${select}) as found`, parameters];
}
