import { EmptyBody } from '../rest/empty-body.ts';
import { FindDriftQuery, IdParams, ListPayoutsQuery } from '../rest/parameters.ts';
import { BlockBody, MarkPaidBody, Payout, PayoutPage, UnblockBody } from '../rest/payout.ts';
import { PayoutDrift } from '../rest/payout-drift.ts';
import { NoticeTaken, StripeNotice } from '../rest/stripe-notice.ts';
import { Timeline } from '../rest/timeline.ts';
import type { Endpoint } from './endpoint.ts';
import { change, edge, list, read } from './problem-sets.ts';

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
    success: { status: 200, description: 'One page; as CSV all of them', schema: PayoutPage },
    alternative: 'text/csv',
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
    summary: 'Stop a payout, also one that is stopped already',
    access: 'token',
    params: IdParams,
    body: BlockBody,
    success: payout,
    problems: [...change, 'own-payout'],
  },
  unblockPayout: {
    method: 'POST',
    path: '/payouts/:id/unblock',
    owner: 'payouts',
    summary: 'Lift holds of a payout: those named, or all',
    access: 'token',
    params: IdParams,
    body: UnblockBody,
    success: payout,
    problems: [...change, 'own-payout'],
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
    problems: [...change, 'own-payout'],
  },
  takeStripeNotice: {
    method: 'POST',
    path: '/webhooks/stripe',
    owner: 'payouts',
    summary: 'For Stripe, which signs what it sends',
    access: 'public',
    body: StripeNotice,
    success: { status: 200, description: 'It was taken, now or before', schema: NoticeTaken },
    problems: [...edge, 'malformed-body', 'validation-failed', 'payload-too-large', 'unsupported-media-type'],
  },
  findPayoutDrift: {
    method: 'GET',
    path: '/ops/payouts/drift',
    owner: 'payouts',
    summary: 'Where payouts, the events of their assignments and the payment provider do not agree',
    access: 'token',
    query: FindDriftQuery,
    success: { status: 200, description: 'What was found; nothing was changed', schema: PayoutDrift },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
