import type { CommandDeps } from '@punctual/chassis/postgres';
import { areOutdated, takeBackApprovals } from '../../domain/approvals.ts';
import { type Attempt, openAttempt, paymentOf } from '../../domain/attempt.ts';
import { blockPayment, settlePaid } from '../../domain/decide.ts';
import type { PayoutState } from '../../domain/payout.ts';
import { insertAttempt } from '../../persistence/payment-attempts.ts';
import { dropClaim, type PaymentClaim } from '../../persistence/payment-claims.ts';
import { changeOf, savePayouts } from '../../persistence/payout-aggregate.ts';
import { lockForPayment } from './lock-for-payment.ts';
import { bySystem } from './record-payment.ts';

export type BegunAttempt = {
  /** All of the payout, oldest first. */
  attempts: readonly Attempt[];
  /** The open one. */
  attempt: Attempt;
  /** It began just now, and there was none before. */
  isFirst: boolean;
  /** Its account is no longer the provider's, so it is only looked up (ADR 0014). */
  isOutdated: boolean;
};

/**
 * Begins an attempt, or finds the open one. Returns undefined when there is nothing to ask the
 * provider: the payout is not to be paid, another worker has it, it was paid before, its approvals
 * are outdated, or the provider has no account.
 */
export async function beginAttempt(
  { database, relay, now: clock, newId }: CommandDeps,
  claim: PaymentClaim,
): Promise<BegunAttempt | undefined> {
  const begun = await database.transaction(async (transaction): Promise<BegunAttempt | undefined> => {
    const payable = await lockForPayment(transaction, claim);
    if (payable?.payout.status !== 'APPROVED' || !payable.isHeld) return undefined;
    const { payout, attempts } = payable;
    const { account, version } = payable.account;
    const now = clock();
    const endWith = async (end: PayoutState, reason: string | null = null) => {
      const change = changeOf(payout, end, { actor: bySystem, reason });
      await transaction.commit([...savePayouts([change], { newId }), dropClaim(payout.id)]);
      return undefined;
    };

    const payment = paymentOf(attempts);
    if (payment) return endWith(settlePaid(payout, payment, now));
    const open = openAttempt(attempts);
    if (open) {
      const isOutdated = open.accountVersion !== null && open.accountVersion !== version;
      return { attempts, attempt: open, isFirst: false, isOutdated };
    }
    if (areOutdated(payout, version)) {
      return endWith(takeBackApprovals(payout, now), 'The payout account has changed since it was approved.');
    }
    if (account === null) {
      const hold = { id: newId(), kind: 'ACCOUNT', reason: 'The provider has no payout account.' } as const;
      return endWith(blockPayment(payout, hold, { accountVersion: version, now }));
    }
    const { id: payoutId, amount } = payout;
    const number = attempts.length + 1;
    const attempt: Attempt = {
      ...{ id: newId(), payoutId, number, account, accountVersion: version, amount },
      ...{ startedAt: now, results: [] },
    };
    await transaction.commit([insertAttempt(attempt)]);
    return { attempts: [...attempts, attempt], attempt, isFirst: number === 1, isOutdated: false };
  });
  relay.wake();
  return begun;
}
