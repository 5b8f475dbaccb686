import type { Logger } from '@punctual/chassis';
import type { CommandDeps } from '@punctual/chassis/postgres';
import { Uuid } from '@punctual/contracts';
import { maskAccount } from '../domain/attempt.ts';
import type { Matches, Transfer, WebhookEvent } from '../payment/payment-provider.ts';
import { type AttemptColumns, addResult, selectAttempts, toAttempts } from '../persistence/payment-attempts.ts';
import { lockPayouts } from '../persistence/payouts.ts';
import { recordWebhookEvent } from '../persistence/webhook-events.ts';
import { recordPayment } from './pay/record-payment.ts';

export type WebhookDeps = CommandDeps & { logger: Logger };

/**
 * Applies an event of the payment provider, once. A transfer settles the attempt that made it. A
 * reversal is recorded and left to people, since `PAID` is final. An event that names no attempt of
 * ours changes nothing.
 */
export async function applyWebhookEvent(deps: WebhookDeps, event: WebhookEvent, matches: Matches): Promise<void> {
  const { database, relay, logger } = deps;
  await database.transaction(async (transaction) => {
    const [isNew] = await transaction.query(...recordWebhookEvent(event.id));
    const attemptId = Uuid.safeParse(event.transfer?.attemptId).data;
    if (!isNew || event.type === 'other' || attemptId === undefined) return;
    const { transfer } = event;
    const payoutId = '(select payout_id from payment_attempt where id = ?)';
    const { payouts, rows } = await lockPayouts<[AttemptColumns[]]>(
      transaction,
      [`id = ${payoutId}`, [attemptId]],
      [selectAttempts([`= ${payoutId}`, [attemptId]])],
    );
    const attempts = toAttempts(rows[0]);
    const attempt = attempts.find(({ id }) => id === attemptId);
    const [payout] = payouts;
    if (!payout || !attempt || !matches(attempt, transfer)) {
      logger.error({ transfer: loggable(transfer) }, 'A transfer matches no attempt');
      return;
    }

    const [{ reference }, at] = [transfer, deps.now()];
    const writes = recordPayment(deps, payout, attempts, { attempt, reference, at });
    const reversal = { outcome: 'REVERSED', reference, code: null, at } as const;
    await transaction.commit([...writes, ...(event.type === 'reversed' ? [addResult(attempt.id, reversal)] : [])]);
  });
  relay.wake();
}

function loggable({ account, ...transfer }: Transfer) {
  return { ...transfer, account: account && maskAccount(account) };
}
