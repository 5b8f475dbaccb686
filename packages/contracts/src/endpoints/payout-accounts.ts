import { IdParams, PageQuery } from '../rest/parameters.ts';
import { ConfirmAccountBody, PayoutAccount, PayoutAccountBody, PayoutAccountHistory } from '../rest/payout-account.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { create, list, read } from './problem-sets.ts';

const account = { description: 'The account', schema: PayoutAccount, etag: true } as const;

export const payoutAccountEndpoints = {
  getPayoutAccount: {
    method: 'GET',
    path: '/providers/:id/payout-account',
    owner: 'payouts',
    summary: "A provider's account, and its pending change",
    description: 'For finance and that provider. 404 without account and request.',
    tag: 'Payouts',
    roles: ['provider', 'finance'],
    access: 'token',
    params: IdParams,
    success: { ...account, status: 200 },
    problems: read,
  },
  putPayoutAccount: {
    method: 'PUT',
    path: '/providers/:id/payout-account',
    owner: 'payouts',
    summary: "Request a change of a provider's account; another person must confirm it",
    description:
      'For finance, other than that provider. Replaces a pending change. Nothing is paid to the new account before another person confirms it.',
    tag: 'Payouts',
    roles: ['finance'],
    access: 'token',
    params: IdParams,
    body: PayoutAccountBody,
    success: {
      ...account,
      status: 202,
      description: 'The account with the pending change',
      links: { getPayoutAccount: 'providerId', confirmPayoutAccount: 'providerId' },
    },
    problems: [...create, 'own-payout', 'precondition-failed'],
  },
  confirmPayoutAccount: {
    method: 'POST',
    path: '/providers/:id/payout-account/confirm',
    owner: 'payouts',
    summary: 'Confirm a change that another person requested; withdraws approvals of payouts to the old account',
    description: 'For a person in finance other than the one who requested the change, and other than that provider.',
    tag: 'Payouts',
    roles: ['finance'],
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
    summary: 'The confirmed changes of where a provider is paid to, newest first',
    description: 'For finance and ops. Accounts are masked.',
    tag: 'Payouts',
    roles: ['finance', 'ops'],
    access: 'token',
    params: IdParams,
    query: PageQuery,
    success: { status: 200, description: 'A page', schema: PayoutAccountHistory },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, EndpointDefinition>;
