import type { EntityManager } from '@mikro-orm/postgresql';
import type { ConfirmAccountBody, Uuid } from '@punctual/contracts';
import { type Account, confirmAccount, requireOther } from '../domain/account.ts';
import { takeBackApprovals } from '../domain/approvals.ts';
import { openAttempt, paidBy } from '../domain/attempt.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { saveConfirmed } from '../persistence/payout-accounts.ts';
import { lockUnpaid, savePayout } from '../persistence/payouts.ts';
import type { CommandDeps } from './change-payout.ts';
import { type AccountAnswer, type AccountRequest, changeAccount } from './change-payout-account.ts';

/** Makes the requested account current, and takes back the approvals that were for the one before. */
export function confirmPayoutAccount(
  deps: CommandDeps,
  request: AccountRequest<ConfirmAccountBody | undefined>,
): Promise<AccountAnswer> {
  const { caller, body } = request;
  return changeAccount(deps, request, {
    authorize: (account) => requireOther(account, caller.id),
    decide: (account, now) => confirmAccount(account, { by: caller.id, seen: body?.account }, now),
    save: async (em, before, after, now) => {
      await saveConfirmed(em, before, after);
      await takeBackOutdated(em, after, { by: caller.id, now });
    },
  });
}

/**
 * An attempt without an end may be on its way to the account that the approvals were for, and one that has paid went there: these
 * approvals stay, and the worker takes them back should the attempt end unpaid (ADR 0014).
 */
async function takeBackOutdated(em: EntityManager, account: Account, { by, now }: { by: Uuid; now: Date }) {
  const actor = { id: by, role: 'finance' } as const;
  const reason = `The payout account changed to version ${account.version}.`;
  for (const payout of await lockUnpaid(em, account.providerId)) {
    if (payout.approvals.length === 0) continue;
    const attempts = await readAttempts(em, payout.id);
    if (openAttempt(attempts) || paidBy(attempts)) continue;
    await savePayout(em, payout, takeBackApprovals(payout, now), { actor, source: 'API', reason });
  }
}
