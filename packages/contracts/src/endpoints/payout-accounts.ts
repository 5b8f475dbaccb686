import { IdParams } from '../rest/parameters.ts';
import { ConfirmAccountBody, PayoutAccount, PayoutAccountBody, PayoutAccountHistory } from '../rest/payout-account.ts';
import type { Endpoint } from './endpoint.ts';
import { create, list, read } from './problem-sets.ts';

const account = { description: 'The account', schema: PayoutAccount, etag: true } as const;

export const payoutAccountEndpoints = {
  getPayoutAccount: {
    method: 'GET',
    path: '/providers/:id/payout-account',
    owner: 'payouts',
    summary: 'Where a provider is paid to, and the change that waits to be confirmed',
    access: 'token',
    params: IdParams,
    success: { ...account, status: 200 },
    problems: read,
  },
  putPayoutAccount: {
    method: 'PUT',
    path: '/providers/:id/payout-account',
    owner: 'payouts',
    summary: 'Request a change of where a provider is paid to; another person has to confirm it',
    access: 'token',
    params: IdParams,
    body: PayoutAccountBody,
    success: { ...account, status: 202, description: 'The account with the pending change' },
    problems: [...create, 'own-payout', 'precondition-failed'],
  },
  confirmPayoutAccount: {
    method: 'POST',
    path: '/providers/:id/payout-account/confirm',
    owner: 'payouts',
    summary: 'Confirm a change that somebody else requested; takes back approvals of payouts to the old account',
    access: 'token',
    params: IdParams,
    body: ConfirmAccountBody,
    bodyOptional: true,
    success: { ...account, status: 200 },
    problems: [...create, 'own-payout', 'own-change', 'precondition-failed', 'invalid-transition', 'version-conflict'],
  },
  getPayoutAccountHistory: {
    method: 'GET',
    path: '/providers/:id/payout-account/history',
    owner: 'payouts',
    summary: 'The latest 100 confirmed changes of where a provider is paid to, newest first',
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The changes', schema: PayoutAccountHistory },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
