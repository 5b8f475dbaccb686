import { EmptyBody } from '../rest/empty-body.ts';
import { IdParams, ListPayoutsQuery } from '../rest/parameters.ts';
import { BlockBody, MarkPaidBody, Payout, PayoutPage, UnblockBody } from '../rest/payout.ts';
import { Timeline } from '../rest/timeline.ts';
import type { Endpoint } from './endpoint.ts';
import { change, list, read } from './problem-sets.ts';

const payout = { status: 200, description: 'The payout', schema: Payout, etag: true } as const;

export const payoutEndpoints = {
  getAssignmentPayout: {
    method: 'GET',
    path: '/assignments/:id/payout',
    owner: 'payouts',
    summary: 'The payout of an assignment',
    access: 'token',
    params: IdParams,
    success: payout,
    problems: read,
  },
  listPayouts: {
    method: 'GET',
    path: '/payouts',
    owner: 'payouts',
    summary: 'Payouts, for finance and ops',
    access: 'token',
    query: ListPayoutsQuery,
    success: { status: 200, description: 'One page', schema: PayoutPage },
    problems: [...list, 'forbidden'],
  },
  getPayout: {
    method: 'GET',
    path: '/payouts/:id',
    owner: 'payouts',
    summary: 'Read a payout',
    access: 'token',
    params: IdParams,
    success: payout,
    problems: read,
  },
  getPayoutTimeline: {
    method: 'GET',
    path: '/payouts/:id/timeline',
    owner: 'payouts',
    summary: 'All that happened to a payout, oldest first',
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The timeline', schema: Timeline, etag: true },
    problems: read,
  },
  approvePayout: {
    method: 'POST',
    path: '/payouts/:id/approve',
    owner: 'payouts',
    summary: 'Approve a payout; a large one needs two people',
    access: 'token',
    params: IdParams,
    body: EmptyBody,
    bodyOptional: true,
    success: payout,
    problems: [...change, 'own-payout', 'already-approved'],
  },
  blockPayout: {
    method: 'POST',
    path: '/payouts/:id/block',
    owner: 'payouts',
    summary: 'Stop a payout',
    access: 'token',
    params: IdParams,
    body: BlockBody,
    success: payout,
    problems: change,
  },
  unblockPayout: {
    method: 'POST',
    path: '/payouts/:id/unblock',
    owner: 'payouts',
    summary: 'Let a stopped payout go on',
    access: 'token',
    params: IdParams,
    body: UnblockBody,
    success: payout,
    problems: change,
  },
  markPayoutPaid: {
    method: 'POST',
    path: '/payouts/:id/mark-paid',
    owner: 'payouts',
    summary: 'Record a payment made by hand',
    access: 'token',
    params: IdParams,
    body: MarkPaidBody,
    success: payout,
    problems: change,
  },
} as const satisfies Record<string, Endpoint>;
