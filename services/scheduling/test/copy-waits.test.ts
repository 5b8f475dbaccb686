import { randomUUID } from 'node:crypto';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import type { Assignment } from '@punctual/contracts';
import { createTestLifecycle, eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../src/persistence/schema.ts';
import { createCopyWaits } from '../src/queries/copy-waits.ts';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type GivenJob, type SchedulingService, startScheduling } from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
beforeAll(async () => {
  scheduling = await startScheduling();
  neighbours = await joinNeighbours(scheduling.environment);
});
afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

const approve = (given: GivenJob, version: number) =>
  neighbours.pay('payout.approved', given.assignment, { version, status: 'APPROVED' });

test('a read waits for the copy of a payout and of reminders, and shows how new they are', async () => {
  // Again when the machine takes longer than a read waits.
  await eventually(async () => {
    const given = await scheduling.giveJob();
    const { customer, assignment } = given;
    expect(assignment).toMatchObject({ payoutVersion: null, reminderSequence: null });
    const path = `/assignments/${assignment.id}`;
    const read = customer.get(`${path}?minPayoutVersion=4&minReminderSequence=2`);
    await approve(given, 4);
    await neighbours.remind('reminder.queued', assignment, { reminderSequence: 2 });
    const { status, body } = await read;
    expect(status).toBe(200);
    expect(body).toMatchObject({ payoutVersion: 4, payoutStatus: 'APPROVED', reminderSequence: 2 });
    expect((await customer.get(`${path}?minPayoutVersion=3&minReminderSequence=0`)).body).toEqual(body);
  });
});

test('a read answers in any case, but not those who may not see it', async () => {
  const { customer, assignment } = await scheduling.giveJob();
  const path = `/assignments/${assignment.id}?minPayoutVersion=1`;
  expect(await customer.get(path)).toMatchObject({ status: 200, body: { payoutVersion: null } });
  expect((await (await scheduling.user('customer')).get(path)).status).toBe(404);
});

test('reads that wait hold no connection, and so many are not made to wait', async () => {
  const [{ assignment }, { assignment: other }] = [await scheduling.giveJob(), await scheduling.giveJob()];
  const lifecycle = createTestLifecycle();
  const url = parsePostgresUrl(scheduling.environment.databaseUrl);
  const database = await openDatabase({ url, poolSize: 2, ...schema, lifecycle });
  try {
    const waits = createCopyWaits({ database, signal: lifecycle.signal, longestMs: 600_000 });
    let ended = 0;
    const wait = async (callerId: string, assignmentId = assignment.id) => {
      await waits.wait({ assignmentId, callerId, wanted: { minPayoutVersion: 1 } });
      ended += 1;
    };
    const callers = Array.from({ length: 8 }, () => randomUUID());
    const waiting = callers.flatMap((caller) => Array.from({ length: 8 }, () => wait(caller)));
    await wait(callers[0] ?? '');
    await wait(randomUUID());
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect(ended).toBe(2);
    await scheduling.database.query('update assignment set payout_version = 1 where id = $1', [assignment.id]);
    await Promise.all(waiting);
    expect(ended).toBe(66);

    const last = wait(randomUUID(), other.id);
    await lifecycle.stop();
    await last;
  } finally {
    await lifecycle.stop();
  }
});

test('updatedAt moves with every copy that shows, and only with those', async () => {
  const given = await scheduling.giveJob();
  const seen = async () => (await given.customer.get(`/assignments/${given.assignment.id}`)).body;
  const times = [given.assignment.updatedAt];
  const moved = async () => {
    const { updatedAt } = await seen();
    times.push(updatedAt);
    expect(times.toSorted()).toEqual(times);
    return new Set(times).size === times.length;
  };
  await approve(given, 2);
  await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');
  expect(await moved()).toBe(true);
  await neighbours.remind('reminder.queued', given.assignment, { reminderSequence: 3 });
  await neighbours.untilConsumed('REMINDER', 'scheduling-reminder');
  expect(await moved()).toBe(true);
  await neighbours.remind('reminder.suppressed', given.assignment, { reminderSequence: 2 });
  await neighbours.untilConsumed('REMINDER', 'scheduling-reminder');
  await neighbours.pay('payout.pending', given.assignment, { version: 1 });
  await neighbours.untilConsumed('PAYOUT', 'scheduling-payout');
  const { updatedAt } = await seen();
  expect(updatedAt).toBe(times.at(-1));
  const since = await given.customer.get<{ items: Assignment[] }>(`/assignments?updatedSince=${updatedAt}`);
  expect(since.body.items.map(({ id }) => id)).toEqual([given.assignment.id]);
});

test('a title follows its job and moves updatedAt, also of those released', async () => {
  const [customer, first, next] = await Promise.all([
    scheduling.user('customer'),
    scheduling.user('provider'),
    scheduling.user('provider', { id: randomUUID() }),
  ]);
  const { body: job } = await customer.post<{ id: string }>('/jobs', {
    title: 'A tap',
    timezone: 'Europe/Berlin',
    price: { amountMinor: 100, currency: 'EUR' },
    rejectionPolicy: 'INVITE_NEXT',
    providerQueue: [next.id],
  });
  const { body: given } = await customer.post(`/jobs/${job.id}/assignments`, { providerId: first.id });
  expect(given).toMatchObject({ jobTitle: 'A tap', nextAssignmentId: null });
  const { body: released } = await first.post(`/assignments/${given.id}/reject`, { reason: 'Ill' });
  const { body: invited } = await next.get(`/assignments/${released.nextAssignmentId}`);
  expect(invited).toMatchObject({ jobId: job.id, jobTitle: 'A tap', providerId: next.id });
  expect((await first.get(`/assignments/${given.id}`)).body.nextAssignmentId).toBe(invited.id);

  await customer.patch(`/jobs/${job.id}`, { title: 'Two taps' });
  for (const [provider, before] of [
    [first, released],
    [next, invited],
  ] as const) {
    const { body } = await provider.get(`/assignments/${before.id}`);
    expect(body).toEqual({ ...before, jobTitle: 'Two taps', updatedAt: body.updatedAt });
    expect(body.updatedAt > before.updatedAt).toBe(true);
  }
});
