import type { PayoutAccountBody } from '@punctual/contracts';
import { requestAccount } from '../domain/account.ts';
import { saveRequest } from '../persistence/payout-accounts.ts';
import { accountCommand } from './account-command.ts';

/** Requests another account for a provider. It takes effect when another person confirms it. */
export const requestPayoutAccount = accountCommand<PayoutAccountBody>(({ account, caller, body, now }) => {
  const after = requestAccount(account, body.account, caller.id, now);
  return { after, writes: [saveRequest(after)] };
});
