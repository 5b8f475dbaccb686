import type { PayoutAccountBody } from '@punctual/contracts';
import { requestAccount } from '../domain/account.ts';
import { saveRequest } from '../persistence/payout-accounts.ts';
import type { CommandDeps } from './change-payout.ts';
import { type AccountAnswer, type AccountRequest, changeAccount } from './change-payout-account.ts';

/** Requests another account for a provider; nothing takes effect before another person confirms it. */
export function requestPayoutAccount(
  deps: CommandDeps,
  request: AccountRequest<PayoutAccountBody>,
): Promise<AccountAnswer> {
  const { caller, body } = request;
  return changeAccount(deps, request, {
    decide: (account, now) => requestAccount(account, body.account, caller.id, now),
    save: (em, _before, after) => saveRequest(em, after),
  });
}
