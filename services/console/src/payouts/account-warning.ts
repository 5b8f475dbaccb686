import type { Client, PayoutAccount } from '@punctual/client';
import { ProblemError } from '@punctual/client';

/** How long a changed account is worth a warning. Fraud shows within days. */
const recentDays = 14;

/** Where a provider is paid; undefined without an account, and for those who may not see it. */
export function readAccount(api: Client, providerId: string): Promise<PayoutAccount | undefined> {
  return api.getPayoutAccount({ params: { id: providerId } }).catch((error: unknown) => {
    if (error instanceof ProblemError && ['not-found', 'forbidden'].includes(error.code)) return undefined;
    throw error;
  });
}

/** What to look at before money goes to this account: at most one sentence. */
export function accountWarning(account: PayoutAccount | undefined, now: Temporal.Instant): string | undefined {
  if (account?.pending) return 'A change of the account awaits confirmation';
  if (!account?.updatedAt) return undefined;
  // The clock of payouts may be ahead of ours.
  const days = Math.max(0, Math.floor(now.since(account.updatedAt).total('hours') / 24));
  if (days >= recentDays) return undefined;
  return days === 0 ? 'The account changed today' : `The account changed ${days} ${days === 1 ? 'day' : 'days'} ago`;
}
