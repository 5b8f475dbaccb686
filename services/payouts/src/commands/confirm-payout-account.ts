import type { AggregateChange, Transaction } from '@punctual/chassis/postgres';
import type { ConfirmAccountBody, Uuid } from '@punctual/contracts';
import { type Account, assertOtherPerson, confirmAccount } from '../domain/account.ts';
import { takeBackApprovals } from '../domain/approvals.ts';
import { openAttempt, paidBy } from '../domain/attempt.ts';
import type { PayoutState } from '../domain/payout.ts';
import { type AttemptColumns, selectAttempts, toAttempts } from '../persistence/payment-attempts.ts';
import { saveConfirmed } from '../persistence/payout-accounts.ts';
import { changeOf, savePayouts } from '../persistence/payout-aggregate.ts';
import type { PayoutCondition } from '../persistence/payout-columns.ts';
import { lockPayouts } from '../persistence/payouts.ts';
import { accountCommand } from './account-command.ts';

/**
 * Makes the requested account current, and takes back the approvals that were for the one before.
 */
export const confirmPayoutAccount = accountCommand<ConfirmAccountBody | undefined>(
  async ({ account, caller, body, now, newId, transaction }) => {
    const after = confirmAccount(account, { by: caller.id, seen: body?.account }, now);
    const changes = await takeBackOutdated(transaction, after, { by: caller.id, now });
    return { after, writes: [...saveConfirmed(account, after), ...savePayouts(changes, { newId })] };
  },
  { authorize: (account, caller) => assertOtherPerson(account, caller.id) },
);

/**
 * The changes that take approvals back. An open attempt may be on its way to the account that the
 * approvals were for, and one that has paid went there: these approvals stay. If the attempt ends
 * unpaid, the payment worker takes them back (ADR 0014).
 */
async function takeBackOutdated(
  transaction: Transaction,
  { providerId, version }: Account,
  { by, now }: { by: Uuid; now: Temporal.Instant },
): Promise<AggregateChange<PayoutState>[]> {
  const unpaid: PayoutCondition = [`provider_id = ? and status <> 'PAID'`, [providerId]];
  const { payouts, rows } = await lockPayouts<[AttemptColumns[]]>(transaction, unpaid, [
    selectAttempts([`in (select id from payout where ${unpaid[0]})`, unpaid[1]]),
  ]);
  const attempts = Map.groupBy(toAttempts(rows[0]), ({ payoutId }) => payoutId);
  const reason = `The payout account changed to version ${version}.`;
  const cause = { actor: { id: by, role: 'finance' }, reason } as const;
  return payouts.flatMap((payout) => {
    const own = attempts.get(payout.id) ?? [];
    if (payout.approvals.length === 0 || openAttempt(own) || paidBy(own)) return [];
    return [changeOf(payout, takeBackApprovals(payout, now), cause)];
  });
}
