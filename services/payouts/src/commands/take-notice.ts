import type { Logger, OutboxRelay } from '@punctual/chassis';
import { type Database, inTransaction } from '@punctual/chassis/postgres';
import { Uuid } from '@punctual/contracts';
import { settlePaid } from '../domain/decide.ts';
import { toStripeAmount } from '../domain/money.ts';
import type { Notice } from '../payment/read-notice.ts';
import { addResult, findAttempt } from '../persistence/payment-attempts.ts';
import { dropClaim } from '../persistence/payment-claims.ts';
import { lockPayout, savePayout } from '../persistence/payouts.ts';

export type NoticeDeps = { database: Database; relay: OutboxRelay; logger: Logger };

const change = { actor: { id: null, role: 'system' }, source: 'SYSTEM', reason: null } as const;

/**
 * Takes what the payment provider tells by itself, each notice once. A transfer that was made settles the attempt that made it; one that
 * was reversed is written down, and left to people: `PAID` is final. What names no attempt of ours changes nothing.
 */
export async function takeNotice({ database, relay, logger }: NoticeDeps, notice: Notice): Promise<void> {
  await inTransaction(database, async (em) => {
    const isNew = await em.execute('insert into payment_notice (id) values (?) on conflict do nothing returning id', [
      notice.id,
    ]);
    const attemptId = Uuid.safeParse(notice.transfer?.attemptId).data;
    if (isNew.length === 0 || notice.type === 'other' || attemptId === undefined) return;
    const { transfer } = notice;
    const attempt = await findAttempt(em, attemptId);
    const isAsSent =
      attempt?.account === transfer.account &&
      attempt?.amount.currency.toLowerCase() === transfer.currency &&
      toStripeAmount(attempt.amount) === transfer.amount;
    if (!attempt || !isAsSent) {
      logger.error({ transfer }, 'a transfer is not what any attempt has sent');
      return;
    }

    const payout = await lockPayout(em, { id: attempt.payoutId });
    const now = new Date();
    const result = { reference: transfer.reference, code: null, at: now };
    await addResult(em, attempt.id, { ...result, outcome: 'PAID' });
    if (notice.type === 'reversed') await addResult(em, attempt.id, { ...result, outcome: 'REVERSED' });
    if (payout?.status !== 'APPROVED') return;
    await savePayout(em, payout, settlePaid(payout, transfer.reference, now), change);
    await dropClaim(em, { payoutId: payout.id });
  });
  relay.wake();
}
