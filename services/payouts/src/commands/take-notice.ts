import type { Logger, OutboxRelay } from '@punctual/chassis';
import { type Database, inTransaction } from '@punctual/chassis/postgres';
import { Uuid } from '@punctual/contracts';
import type { Notice } from '../payment/read-notice.ts';
import { isAsSent } from '../payment/stripe.ts';
import { addResult, findAttempt } from '../persistence/payment-attempts.ts';
import { lockPayout } from '../persistence/payouts.ts';
import { recordPayment } from './record-payment.ts';

export type NoticeDeps = { database: Database; relay: OutboxRelay; logger: Logger };

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
    if (!attempt || !isAsSent(attempt, transfer)) {
      logger.error({ transfer }, 'a transfer is not what any attempt has sent');
      return;
    }

    const payout = await lockPayout(em, { id: attempt.payoutId });
    if (!payout) throw new Error(`Attempt ${attempt.id} is of a payout that is not there.`);
    const [{ reference }, at] = [transfer, new Date()];
    await recordPayment(em, payout, { attempt, reference, at, logger });
    if (notice.type === 'reversed') await addResult(em, attempt.id, { outcome: 'REVERSED', reference, code: null, at });
  });
  relay.wake();
}
