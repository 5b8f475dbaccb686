import { randomUUID } from 'node:crypto';
import type { Role } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

// Every route about one payout or one account, with every caller. `may`: it is theirs to ask,
// whatever the state makes of it.

let world: PayoutsService;
let payoutId: string;
const parties = newParties();
const account = `/providers/${parties.providerId}/payout-account`;
const reason = { reason: 'Why not' };

beforeAll(async () => {
  world = await startPayouts();
  await world.publishInTurn(...history(['propose', 'confirm', 'complete'], parties));
  payoutId = (await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' })).id;
  await world.setAccount(parties.providerId, 'acct_1MTfjCQ9PRzxEwkZ');
});

afterAll(() => world.stop());

const callers: Record<string, [Role, string]> = {
  customer: ['customer', parties.customerId],
  'another customer': ['customer', randomUUID()],
  provider: ['provider', parties.providerId],
  'another provider': ['provider', randomUUID()],
  finance: ['finance', randomUUID()],
  ops: ['ops', randomUUID()],
  'its provider as finance': ['finance', parties.providerId],
  'its customer as finance': ['finance', parties.customerId],
  'its provider as ops': ['ops', parties.providerId],
  'its customer as ops': ['ops', parties.customerId],
};

const [may, forbidden, own, hidden] = ['may', 'forbidden', 'own-payout', 'not-found'] as const;
const asNobodySees = { customer: hidden, 'another customer': hidden, 'another provider': hidden };
const commandOfFinance = {
  ...{ ...asNobodySees, provider: forbidden, finance: may, ops: forbidden },
  ...{ 'its provider as finance': own, 'its customer as finance': own },
  ...{ 'its provider as ops': forbidden, 'its customer as ops': forbidden },
};
const readByOverseers = {
  ...{ finance: may, ops: may, 'its provider as finance': may, 'its customer as finance': may },
  ...{ 'its provider as ops': may, 'its customer as ops': may },
};
const ofAccount = {
  ...{ customer: forbidden, 'another customer': forbidden, provider: forbidden, 'another provider': forbidden },
  ...{ finance: may, ops: forbidden, 'its provider as finance': own, 'its customer as finance': may },
  ...{ 'its provider as ops': forbidden, 'its customer as ops': forbidden },
};
const routes: { route: string; body?: object; expected: Record<string, string> }[] = [
  { route: 'GET /payouts/:id', expected: { ...asNobodySees, provider: may, ...readByOverseers } },
  { route: 'GET /payouts/:id/timeline', expected: { ...asNobodySees, provider: may, ...readByOverseers } },
  { route: 'POST /payouts/:id/approve', expected: commandOfFinance },
  {
    ...{ route: 'POST /payouts/:id/block', body: reason },
    expected: { ...commandOfFinance, ops: may, 'its provider as ops': own, 'its customer as ops': own },
  },
  { route: 'POST /payouts/:id/unblock', body: reason, expected: commandOfFinance },
  { route: 'POST /payouts/:id/mark-paid', body: { reference: 'SEPA 60' }, expected: commandOfFinance },
  {
    route: `GET ${account}`,
    expected: {
      ...{ ...asNobodySees, provider: may, finance: may, ops: hidden },
      ...{ 'its provider as finance': may, 'its customer as finance': may },
      ...{ 'its provider as ops': hidden, 'its customer as ops': hidden },
    },
  },
  { route: `PUT ${account}`, body: { account: 'acct_1NV2ZkQ9PRzxAb12' }, expected: ofAccount },
  { route: `POST ${account}/confirm`, expected: ofAccount },
  {
    route: `GET ${account}/history`,
    expected: {
      ...{ customer: forbidden, 'another customer': forbidden, provider: forbidden, 'another provider': forbidden },
      ...readByOverseers,
    },
  },
];

test.each(routes)('$route', async ({ route, body, expected }) => {
  const request = route.replace(':id', payoutId);
  const seen: Record<string, unknown> = {};
  for (const [name, [role, sub]] of Object.entries(callers)) {
    const answer = await world.call(role, sub, request, body && { body });
    seen[name] = [401, 403, 404].includes(answer.status) ? answer.body.code : may;
  }
  expect(seen).toEqual(expected);
  const [method, path] = request.split(' ') as [string, string];
  const nobody = await fetch(`${world.services[0]?.url}${path}`, { method });
  expect(nobody.status).toBe(401);
  await nobody.body?.cancel();
});
