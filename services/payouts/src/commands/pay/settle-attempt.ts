import type { Logger } from '@punctual/chassis';
import type { CommandDeps } from '@punctual/chassis/postgres';
import type { Attempt, AttemptResult } from '../../domain/attempt.ts';
import { blockPayment } from '../../domain/decide.ts';
import { addResult } from '../../persistence/payment-attempts.ts';
import { dropClaim, type PaymentClaim, postponeClaim, waitWithClaim } from '../../persistence/payment-claims.ts';
import { changeOf, savePayouts } from '../../persistence/payout-aggregate.ts';
import type { CallResult } from './call-provider.ts';
import { lockForPayment } from './lock-for-payment.ts';
import { bySystem, recordPayment } from './record-payment.ts';

export type SettleDeps = CommandDeps & {
  logger: Logger;
  /** How often a payment is tried, and the pause after the first try. Each pause doubles. */
  retry: { tries: number; firstPauseMs: number };
};

/** The longest pause before an API key is tried again. */
const longestWaitMs = 300_000;

/**
 * Commits the result of a call: the payout is paid, tried again later, or blocked for a person to
 * look at.
 */
export async function settleAttempt(
  deps: SettleDeps,
  claim: PaymentClaim,
  attempt: Attempt,
  result: CallResult,
): Promise<void> {
  const { database, relay, retry, logger, newId } = deps;
  await database.transaction(async (transaction) => {
    const payable = await lockForPayment(transaction, claim);
    if (!payable) return;
    const { payout, attempts, account, isHeld } = payable;
    const now = deps.now();
    if (result.kind === 'PAID' || result.kind === 'PAID_BEFORE') {
      const paid = result.kind === 'PAID' ? attempt : result.attempt;
      const payment = { attempt: paid, reference: result.reference, at: now };
      return transaction.commit(recordPayment(deps, payout, attempts, payment));
    }
    // Only the latest claim may record a failure: another worker may be paying right now.
    if (!isHeld) return;
    if (result.kind === 'KEY_REFUSED') {
      const pauseMs = Math.min(retry.firstPauseMs * 2 ** claim.waits, longestWaitMs);
      return transaction.commit([waitWithClaim(claim, pauseMs)]);
    }
    if (result.kind === 'AGAIN' && claim.tries < retry.tries) {
      logger.warn({ payoutId: payout.id, try: claim.tries, because: result.because }, 'A payment will be retried');
      return transaction.commit([postponeClaim(claim, retry.firstPauseMs * 2 ** (claim.tries - 1))]);
    }
    const end = endOf(result, now);
    const writes = end ? [addResult(attempt.id, end)] : [];
    if (payout.status === 'APPROVED') {
      const hold = { id: newId(), kind: 'PAYMENT', reason: reasonOf(result) } as const;
      const blocked = blockPayment(payout, hold, { accountVersion: account.version, now });
      writes.push(...savePayouts([changeOf(payout, blocked, { actor: bySystem, reason: null })], { newId }));
    }
    await transaction.commit([...writes, dropClaim(payout.id)]);
  });
  relay.wake();
}

/** Only a certain result ends an attempt. */
function endOf(result: CallResult, at: Temporal.Instant): AttemptResult | undefined {
  if (result.kind === 'REFUSED') return { outcome: 'REFUSED', reference: null, code: result.code, at };
  return result.kind === 'ABSENT' ? { outcome: 'ABSENT', reference: null, code: null, at } : undefined;
}

type Failure = Exclude<CallResult, { kind: 'KEY_REFUSED' | 'PAID' | 'PAID_BEFORE' }>;

function reasonOf(failure: Failure): string {
  switch (failure.kind) {
    case 'REFUSED':
      return `payment refused: ${failure.code}`;
    case 'ABSENT':
      return 'unknown payment result: the provider has no transfer of this attempt; unblock to pay by a new one';
    case 'AGAIN':
    case 'UNKNOWN':
      return `unknown payment result: ${failure.because}; unblock to look it up again`;
  }
}
