import { randomUUID } from 'node:crypto';
import { SessionClient } from '@punctual/chassis/postgres';
import type { Payout } from '@punctual/contracts';
import { textOf } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, type Reply, startPayouts } from './world.ts';

const [ann, bob] = [randomUUID(), randomUUID()];

let world: PayoutsService;
beforeAll(async () => {
  world = await startPayouts();
});
afterAll(() => world.stop());

type Headers = Record<string, string>;
type Command = (payout: Payout, headers: Headers) => Promise<Reply>;

const onPayout =
  (name: string, body?: object): Command =>
  ({ id }, headers) =>
    world.call('finance', ann, `POST /payouts/${id}/${name}`, { headers, ...(body && { body }) });
const approve = onPayout('approve');
const block = onPayout('block', { reason: 'Looks odd' });
const account = '/payout-account';
const requestAccount: Command = ({ providerId }, headers) =>
  world.call('finance', ann, `PUT /providers/${providerId}${account}`, { headers, body: { account: 'acct_1A2b3C4d' } });
const confirmAccount: Command = ({ providerId }, headers) =>
  world.call('finance', bob, `POST /providers/${providerId}${account}/confirm`, { headers });

const commands: { name: string; before: Command[]; command: Command; messages: number }[] = [
  { name: 'approve', before: [], command: approve, messages: 2 },
  { name: 'block', before: [], command: block, messages: 2 },
  { name: 'unblock', before: [block], command: onPayout('unblock', { reason: 'Fine' }), messages: 2 },
  { name: 'mark-paid', before: [approve], command: onPayout('mark-paid', { reference: 'SEPA 1' }), messages: 3 },
  { name: 'request an account', before: [], command: requestAccount, messages: 2 },
  { name: 'confirm an account', before: [requestAccount], command: confirmAccount, messages: 3 },
  {
    name: 'confirm an account that takes an approval back',
    before: [approve, requestAccount],
    command: confirmAccount,
    messages: 3,
  },
];

/** Parts of what the jobs send. */
const jobs = ['from erasure where finished_at is null', 'payout_sum_change', 'payout sums', 'as kept_since'];

/** What the service sends to PostgreSQL meanwhile, apart from the relay and the jobs. */
async function sentDuring(work: () => Promise<unknown>): Promise<string[]> {
  const query = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    // The clients in a transaction of a job, whose commit does not tell whose it is.
    const inJob = new Set<unknown>();
    const begun = new Set<unknown>();
    return query.mock.calls.flatMap(([sent]: unknown[], call) => {
      const client = query.mock.contexts[call];
      // The relay and the test have clients of their own classes.
      if (!(client instanceof SessionClient) || client.constructor === SessionClient) return [];
      const text = textOf(sent);
      if (jobs.some((part) => text.includes(part))) inJob.add(client);
      else if (text.includes('begin')) inJob.delete(client);
      if (text.includes('begin')) begun.add(client);
      // Of a transaction that began before the work.
      const isOfBefore = text === 'commit' && !begun.has(client);
      return inJob.has(client) || isOfBefore ? [] : text;
    });
  } finally {
    query.mockRestore();
  }
}

test.each(commands)('$name sends $messages messages to PostgreSQL, with a key or without', async (each) => {
  for (const headers of [{}, { 'idempotency-key': randomUUID() }]) {
    const parties = newParties();
    await world.publishInTurn(...history(['propose', 'confirm', 'complete'], parties));
    const payout = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
    for (const before of each.before) expect((await before(payout, {})).status).toBeLessThan(300);
    const sent = await sentDuring(async () => {
      expect((await each.command(payout, headers)).status).toBeLessThan(300);
    });
    expect(sent).toHaveLength(each.messages);
  }
});

test('an event sends 2 messages to PostgreSQL', async () => {
  const counts: number[] = [];
  for (const event of history(['propose', 'confirm', 'complete'], newParties()))
    counts.push((await sentDuring(() => world.publishInTurn(event))).length);
  expect(counts).toEqual([2, 2, 2]);
});

test('the first event of an assignment inserts its rows and updates none', async () => {
  const parties = newParties();
  const [, confirm] = history(['propose', 'confirm'], parties);
  if (!confirm) throw new Error('unreachable');
  const sent = (await sentDuring(() => world.publishInTurn(confirm))).join();
  expect(sent).toContain('insert into payout ');
  expect(sent).not.toMatch(/update (payout|assignment_view) /);
  const payout = await world.untilPayout(parties.assignmentId, { status: 'PENDING' });
  // Its event has the title as the row has it.
  await block(payout, {});
  const [, blocked] = await world.published(2, parties.assignmentId);
  expect(blocked?.data.jobTitle).toBe(confirm.data.jobTitle);
});
