import type { Transaction } from '@punctual/chassis/postgres';
import type { Account } from '../../domain/account.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { PayoutState } from '../../domain/payout.ts';
import { type AttemptColumns, selectAttempts, toAttempts } from '../../persistence/payment-attempts.ts';
import { type PaymentClaim, selectHeldClaim } from '../../persistence/payment-claims.ts';
import { type AccountColumns, selectAccountOfPayout, toAccount } from '../../persistence/payout-accounts.ts';
import { byKey, lockPayouts } from '../../persistence/payouts.ts';

export type Payable = {
  payout: PayoutState;
  /** All of the payout, oldest first. */
  attempts: readonly Attempt[];
  account: Account;
  /** Whether the claim is still the latest one. */
  isHeld: boolean;
};

/** Locks a claimed payout and its claim, and reads what a payment is decided on. */
export async function lockForPayment(transaction: Transaction, claim: PaymentClaim): Promise<Payable | undefined> {
  const { payoutId } = claim;
  const { payouts, rows } = await lockPayouts<[object[], AttemptColumns[], AccountColumns[]]>(
    transaction,
    byKey({ id: payoutId }),
    [selectHeldClaim(claim), selectAttempts(['= ?', [payoutId]]), selectAccountOfPayout(payoutId)],
  );
  const [payout] = payouts;
  const [held, attempts, account] = rows;
  return payout && { payout, attempts: toAttempts(attempts), account: toAccount(account), isHeld: held.length === 1 };
}
