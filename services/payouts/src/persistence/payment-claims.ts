import type { EntityManager } from '@mikro-orm/postgresql';

/** The right to pay a payout until `leaseMs` have passed. Whoever claims it after that has a higher fence. */
export type PaymentClaim = { payoutId: string; fence: string; tries: number; waits: number };

type ClaimRow = { payout_id: string; fence: string; tries: number; waits: number };

/**
 * Claims approved payouts that nobody is at, those that wait longest first. Several workers at once get different ones: a row that
 * another one is just claiming is skipped, and what it has claimed since this statement began is left to it.
 */
export async function claimPayments(
  em: EntityManager,
  { most, leaseMs }: { most: number; leaseMs: number },
): Promise<PaymentClaim[]> {
  const rows = await em.execute<ClaimRow[]>(
    `with due as (
       select p.id from payout p left join payment_claim c on c.payout_id = p.id
        where p.status = 'APPROVED' and (c.due_at is null or c.due_at <= clock_timestamp())
        order by p.updated_at limit ? for update of p skip locked)
     insert into payment_claim as claim (payout_id, fence, tries, due_at)
       select id, nextval('payment_fence'), 1, clock_timestamp() + ? * interval '1 ms' from due
       on conflict (payout_id) do update
         set fence = excluded.fence, tries = claim.tries + 1, due_at = excluded.due_at
         where claim.due_at <= clock_timestamp()
     returning payout_id, fence, tries, waits`,
    [most, leaseMs],
  );
  return rows.map(({ payout_id, fence, tries, waits }) => ({ payoutId: payout_id, fence, tries, waits }));
}

/** Whether the claim is still the latest one; it then stays so until the transaction ends. */
export async function holdsClaim(em: EntityManager, { payoutId, fence }: PaymentClaim): Promise<boolean> {
  const rows = await em.execute('select from payment_claim where payout_id = ? and fence = ? for update', [
    payoutId,
    fence,
  ]);
  return rows.length === 1;
}

/** Lets anybody try again after a while. */
export async function postponeClaim(em: EntityManager, { payoutId, fence }: PaymentClaim, ms: number): Promise<void> {
  await em.execute(
    `update payment_claim set due_at = clock_timestamp() + ? * interval '1 ms' where payout_id = ? and fence = ?`,
    [ms, payoutId, fence],
  );
}

/** The same when nothing could be tried at all: it counts as a wait, and not as a try. */
export async function waitWithClaim(em: EntityManager, { payoutId, fence }: PaymentClaim, ms: number): Promise<void> {
  await em.execute(
    `update payment_claim set due_at = clock_timestamp() + ? * interval '1 ms', tries = tries - 1, waits = waits + 1
      where payout_id = ? and fence = ?`,
    [ms, payoutId, fence],
  );
}

/** Nothing is left to do; should there be again, its tries count from the beginning. */
export async function dropClaim(em: EntityManager, { payoutId }: Pick<PaymentClaim, 'payoutId'>): Promise<void> {
  await em.execute('delete from payment_claim where payout_id = ?', [payoutId]);
}
