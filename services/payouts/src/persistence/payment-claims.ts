import { isCompared, type Queryable, type Statement } from '@punctual/chassis/postgres';

/** The right to pay a payout until the lease ends. A later claim has a higher fence. */
export type PaymentClaim = {
  payoutId: string;
  fence: string;
  tries: number;
  waits: number;
  /** Of what approved the payout; null once its event has left the outbox. */
  traceparent: string | null;
};

type ClaimColumns = { payout_id: string; fence: string; tries: number; waits: number; traceparent: string | null };

/**
 * Claims approved payouts that no worker has, the longest waiting first. Several workers at once
 * get different payouts: a row that another worker is claiming is skipped, and `due_at` is checked
 * again for a claim made since this statement began. Claims nothing before the database was compared
 * with its stream: one that was restored does not know what has been paid since.
 */
export async function claimPayments(
  database: Queryable,
  { most, leaseMs }: { most: number; leaseMs: number },
): Promise<PaymentClaim[]> {
  const rows = await database.query<ClaimColumns>(
    `with due as (
       select p.id from payout p left join payment_claim c on c.payout_id = p.id
        where p.status = 'APPROVED' and ${isCompared} and (c.due_at is null or c.due_at <= clock_timestamp())
        order by p.updated_at limit ? for update of p skip locked)
     insert into payment_claim as claim (payout_id, fence, tries, due_at)
       select id, nextval('payment_fence'), 1, clock_timestamp() + ? * interval '1 ms' from due
       on conflict (payout_id) do update
         set fence = excluded.fence, tries = claim.tries + 1, due_at = excluded.due_at
         where claim.due_at <= clock_timestamp()
     returning payout_id, fence, tries, waits, (
       select traceparent from outbox where aggregate_id = (select assignment_id from payout where id = payout_id)
         order by aggregate_version desc limit 1) as traceparent`,
    [most, leaseMs],
  );
  return rows.map(({ payout_id, ...claim }) => ({ payoutId: payout_id, ...claim }));
}

/**
 * Gives a row if the claim is still the latest. In a transaction it then stays so until the end.
 */
export function selectHeldClaim({ payoutId, fence }: PaymentClaim): Statement {
  return ['select payout_id from payment_claim where payout_id = ? and fence = ? for update', [payoutId, fence]];
}

/** Whether the claim is still the latest. */
export async function holdsClaim(database: Queryable, claim: PaymentClaim): Promise<boolean> {
  return (await database.query(...selectHeldClaim(claim))).length === 1;
}

/** Lets any worker try again after a while. */
export function postponeClaim({ payoutId, fence }: PaymentClaim, ms: number): Statement {
  return [
    `update payment_claim set due_at = clock_timestamp() + ? * interval '1 ms' where payout_id = ? and fence = ?`,
    [ms, payoutId, fence],
  ];
}

/** {@link postponeClaim} where nothing could be tried: it counts as a wait, not as a try. */
export function waitWithClaim({ payoutId, fence }: PaymentClaim, ms: number): Statement {
  return [
    `update payment_claim set due_at = clock_timestamp() + ? * interval '1 ms', tries = tries - 1, waits = waits + 1
      where payout_id = ? and fence = ?`,
    [ms, payoutId, fence],
  ];
}

/** Ends the work on a payout. If there is more later, its tries count from the beginning. */
export function dropClaim(payoutId: string): Statement {
  return ['delete from payment_claim where payout_id = ?', [payoutId]];
}
