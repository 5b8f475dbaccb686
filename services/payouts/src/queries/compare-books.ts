import { formatInstant } from '@punctual/chassis';
import type { Queryable } from '@punctual/chassis/postgres';
import type { DriftKind } from '@punctual/contracts';
import type { Report } from './drift-report.ts';

/** A younger attempt may still be running, so it is no drift. */
const openFor = { hours: 1 };

type Row = { kind: DriftKind; payout_id: string | null; assignment_id: string | null; detail: string };

/**
 * Finds contradictions within our own books: payouts, the events of their assignments, and
 * attempts.
 */
export async function compareBooks(database: Queryable, now: Temporal.Instant, report: Report): Promise<void> {
  const rows = await database.query<Row>(
    `select 'PAYOUT_MISSING' as kind, null as payout_id, v.assignment_id, 'the assignment is ' || v.status as detail
       from assignment_view v where v.status in ('CONFIRMED', 'COMPLETED')
         and not exists (select from payout p where p.assignment_id = v.assignment_id)
     union all
     select 'PAYOUT_EXTRA', p.id, p.assignment_id, p.status || ' although the assignment has ended'
       from payout p join assignment_view v using (assignment_id)
       where v.ended_because is not null and p.status <> 'BLOCKED'
     union all
     select 'AMOUNT_DIFFERS', p.id, p.assignment_id,
         p.amount_minor || ' ' || p.currency || ' instead of ' || v.amount_minor || ' ' || v.currency
       from payout p join assignment_view v using (assignment_id)
       where (v.amount_minor, v.currency) <> (p.amount_minor, p.currency)
     union all
     select 'ATTEMPT_OPEN', a.payout_id, null, 'attempt ' || a.id || ' has no result'
       from payment_attempt a
       where a.started_at < ? and not exists (select from payment_result r where r.attempt_id = a.id)
     union all
     select 'TRANSFER_EXTRA', a.payout_id, null, string_agg(r.reference, ' and ' order by a.number) || ' have both paid it'
       from payment_attempt a join payment_result r on r.attempt_id = a.id and r.outcome = 'PAID'
       group by a.payout_id having count(*) > 1`,
    [formatInstant(now.subtract(openFor))],
  );
  for (const { kind, payout_id, assignment_id, detail } of rows)
    report({ kind, payoutId: payout_id, assignmentId: assignment_id, detail });
}
