import { randomUUID } from 'node:crypto';
import { SessionClient } from '@punctual/chassis/postgres';
import { eventually, textOf } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type GivenJob, type Reply, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
beforeAll(async () => {
  const sent = vi.spyOn(Client.prototype, 'query');
  scheduling = await startScheduling({ EXPIRY_INTERVAL_MS: '600000' });
  // Every job runs once at the start, and then not for ten minutes.
  await eventually(() => {
    const texts = sent.mock.calls.map(([query]: unknown[]) => textOf(query));
    for (const table of ['outbox', 'inbox', 'idempotency_key'])
      expect(texts).toContainEqual(expect.stringContaining(`delete from ${table} `));
    const expiry = sent.mock.contexts[texts.findIndex((text) => text.includes('skip locked'))];
    expect(texts.filter((_, call) => sent.mock.contexts[call] === expiry).at(-1)).not.toContain('skip locked');
  });
  sent.mockRestore();
  neighbours = await joinNeighbours(scheduling.environment);
});
afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

type Headers = Record<string, string>;
type Command = (given: GivenJob, headers: Headers) => Promise<Reply<unknown>>;

const propose: Command = ({ customer, job }, headers) =>
  customer.post(`/jobs/${job.id}/schedule`, windowIn(900), headers);
const confirm: Command = ({ provider, assignment }, headers) =>
  provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, headers);
const reject =
  (body: object): Command =>
  ({ provider, assignment }, headers) =>
    provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill', ...body }, headers);

const commands: { name: string; before: Command[]; command: Command; trips: number }[] = [
  { name: 'propose by the job', before: [], command: propose, trips: 3 },
  { name: 'confirm', before: [propose], command: confirm, trips: 2 },
  { name: 'reject the window', before: [propose], command: reject({ scope: 'window' }), trips: 2 },
  { name: 'reject with a counter', before: [propose], command: reject({ counter: windowIn(1_200) }), trips: 3 },
  { name: 'release the provider', before: [propose], command: reject({}), trips: 3 },
];

/** Parts of what jobs send at any time: they finish erasures, and look for a restored database. */
const jobs = ['from erasure where finished_at is null', 'as kept_since'];

/** What the service sends to PostgreSQL meanwhile, apart from the relay and the jobs. */
async function sentDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const sent = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    // The relay has its own plain client.
    return sent.mock.calls
      .flatMap(([text], call) => (sent.mock.contexts[call]?.constructor === SessionClient ? [] : [text]))
      .filter((text: unknown) => !jobs.some((part) => textOf(text).includes(part)));
  } finally {
    sent.mockRestore();
  }
}

test.each(commands)('$name takes $trips round trips, with a key or without', async ({ before, command, trips }) => {
  const keys: Headers[] = [{}, { 'idempotency-key': randomUUID() }];
  for (const headers of keys) {
    const given = await scheduling.giveJob();
    for (const each of before) await each(given, {});
    const texts = await sentDuring(async () => {
      expect((await command(given, headers)).status).toBe(200);
    });
    expect(texts).toHaveLength(trips);
  }
});

test('an event of a payout or a reminder takes 2 round trips', async () => {
  const { assignment } = await scheduling.giveJob();
  const ofPayout = await sentDuring(async () => {
    await neighbours.pay('payout.pending', assignment, { version: 1 });
    await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');
  });
  const ofReminder = await sentDuring(async () => {
    await neighbours.remind('reminder.queued', assignment, { reminderSequence: 1 });
    await neighbours.untilConsumed('REMINDER', 'scheduling-reminder');
  });
  expect([ofPayout.length, ofReminder.length]).toEqual([2, 2]);
});
