import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readStream } from '@punctual/chassis';
import { type PayoutEvent, readPayoutEvent, readScheduleEvent, type ScheduleEvent } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpsStack, startOpsStack } from './world.ts';

let world: OpsStack;

beforeAll(async () => {
  world = await startOpsStack('restored');
});

afterAll(() => world?.stop());

/** Makes a copy of a database, which nobody may be connected to. */
async function copyDatabase(url: string, from: string, to: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  await client.query(`drop database if exists ${escapeIdentifier(to)} with (force)`);
  await client.query(`create database ${escapeIdentifier(to)} template ${escapeIdentifier(from)}`);
  await client.end();
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** Takes a backup while the service is stopped. Returns what puts it back and starts the service. */
async function backUp(
  service: 'scheduling' | 'payouts',
): Promise<(beforeStart?: () => Promise<void>) => Promise<void>> {
  const url = world.databases[service];
  const backup = `backup_${randomUUID()}`;
  await world.stack.service(service).stop();
  await copyDatabase(url, nameOf(url), backup);
  await world.stack.service(service).start();
  return async (beforeStart) => {
    await world.stack.service(service).stop();
    await copyDatabase(url, backup, nameOf(url));
    await beforeStart?.();
    return world.stack.service(service).start();
  };
}

async function payoutEventsOf(assignmentId: string): Promise<PayoutEvent[]> {
  const messages = await Array.fromAsync(readStream(world.nats, 'PAYOUT'));
  const events = messages.map((message) => readPayoutEvent(message.json()));
  return events.filter((event): event is PayoutEvent => event?.data.assignmentId === assignmentId);
}

async function eventsOf(assignmentId: string): Promise<ScheduleEvent[]> {
  const messages = await Array.fromAsync(readStream(world.nats, 'SCHEDULE'));
  const events = messages.map((message) => readScheduleEvent(message.json()));
  return events.filter((event): event is ScheduleEvent => event?.data.assignmentId === assignmentId);
}

const readiness = async (service: 'scheduling' | 'payouts') => {
  const response = await fetch(`${world.stack.service(service).url}/healthz/ready`);
  return { code: response.status, ...((await response.json()) as object) };
};

test('a restored scheduling waits for a person, then says again what holds', async () => {
  const moved = await world.confirmedVisit();
  const untouched = await world.confirmedVisit();
  const restore = await backUp('scheduling');
  await world.ask('ops', randomUUID(), 'POST', `/assignments/${moved}/cancel`, { reason: 'Not needed any more' });
  const lost = await world.confirmedVisit();
  await eventually(async () => expect(await world.payoutOf(moved)).toMatchObject({ status: 'BLOCKED' }));
  const before = await eventsOf(moved);

  const started = restore();
  await eventually(async () =>
    expect(await readiness('scheduling')).toMatchObject({ code: 503, checks: { restore: 'away' } }),
  );
  const plan = await world.ops('reconcile-after-restore', '--service', 'scheduling');
  expect(plan.stdout).toMatch(
    new RegExp(`^${moved} +version 2 +version 3 +schedule.cancelled CANCELLED \\S+ +1$`, 'm'),
  );
  expect(plan.stdout).toMatch(new RegExp(`^${lost} +unknown +version 2 +schedule.confirmed CONFIRMED \\S+ +3$`, 'm'));
  expect(plan.stdout).not.toContain(untouched);
  await delay(1_500);
  expect(await eventsOf(moved)).toEqual(before);

  const done = await world.ops('reconcile-after-restore', '--service', 'scheduling', '--reason', 'Disk 7', '--yes');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('2 aggregates reconciled') });
  await started;

  const withdrawn = before.at(-1)?.id;
  await eventually(async () => expect(await eventsOf(moved)).toHaveLength(before.length + 1));
  expect((await eventsOf(moved)).at(-1)).toMatchObject({
    type: 'schedule.confirmed',
    data: {
      scheduleVersion: 4,
      actor: { role: 'system' },
      reason: 'Disk 7',
      withdrawnEventIds: [withdrawn],
    },
  });
  await eventually(async () => expect(await world.payoutOf(moved)).toMatchObject({ status: 'PENDING', holds: [] }));
  const { items } = (await world.ask('ops', randomUUID(), 'GET', `/assignments/${moved}/reminders`)) as {
    items: { state: string; scheduleVersion: number }[];
  };
  expect(items.filter(({ state }) => state === 'PLANNED').map(({ scheduleVersion }) => scheduleVersion)).toContain(4);
  expect((await eventsOf(lost)).at(-1)).toMatchObject({ type: 'schedule.cancelled', data: { scheduleVersion: 3 } });
  expect(await eventsOf(untouched)).toHaveLength(3);

  await world.ask('ops', randomUUID(), 'POST', `/assignments/${moved}/cancel`, { reason: 'Still not needed' });
  await eventually(async () => expect(await world.payoutOf(moved)).toMatchObject({ status: 'BLOCKED' }));
  expect((await world.ops('reconcile-after-restore', '--service', 'scheduling')).stdout).toContain(
    'nothing to reconcile',
  );
}, 120_000);

test('a restored payouts pays nothing twice and keeps what stopped a payout', async () => {
  const journey = await world.journey();
  const [paid, stopped] = [await journey.awaitingApproval(), await journey.awaitingApproval()];
  const paidSince = await journey.awaitingApproval();
  const restore = await backUp('payouts');
  await journey.finance.approvePayout({ params: { id: paid.id } });
  await journey.finance.markPayoutPaid({ params: { id: paid.id }, body: { reference: 'By hand 7' } });
  await journey.finance.blockPayout({ params: { id: stopped.id }, body: { reason: 'A look first' } });
  await journey.finance.blockPayout({ params: { id: paidSince.id }, body: { reason: 'Forgotten' } });
  for (const { assignmentId } of [stopped, paidSince])
    await eventually(async () => expect(await payoutEventsOf(assignmentId)).toHaveLength(3));
  const before = await payoutEventsOf(paid.assignmentId);
  expect(before.at(-1)?.type).toBe('payout.paid');

  const started = restore();
  await eventually(async () => expect(await readiness('payouts')).toMatchObject({ checks: { restore: 'away' } }));
  await journey.finance.approvePayout({ params: { id: paidSince.id } });
  await journey.finance.markPayoutPaid({ params: { id: paidSince.id }, body: { reference: 'By hand 9' } });
  const { stdout } = await world.ops('reconcile-after-restore', '--service', 'payouts', '--yes');
  expect(stdout).toMatch(new RegExp(`^${paid.assignmentId} +version 2 +version 4 +payout.paid PAID \\S+ +2$`, 'm'));
  await started;

  await eventually(async () =>
    expect((await payoutEventsOf(paid.assignmentId)).at(-1)).toMatchObject({
      type: 'payout.awaiting_approval',
      data: { version: before.length + 1 },
    }),
  );
  expect(await world.payoutOf(stopped.assignmentId)).toMatchObject({
    status: 'BLOCKED',
    holds: [{ kind: 'MANUAL', reason: 'A look first' }],
  });
  // Two changes since the restore, and the repair.
  await eventually(async () =>
    expect((await payoutEventsOf(paidSince.assignmentId)).at(-1)).toMatchObject({
      type: 'payout.paid',
      data: { version: 5, paymentReference: 'By hand 9' },
    }),
  );
  const database = new Client({ connectionString: world.databases.payouts });
  await database.connect();
  const { rows } = await database.query(
    `select outcome, reference from payment_result join payment_attempt a on a.id = attempt_id where payout_id = $1`,
    [paid.id],
  );
  await database.end();
  expect(rows).toEqual([{ outcome: 'PAID', reference: 'By hand 7' }]);
}, 120_000);

test('a restored payouts is reconciled only when it has read again what opens its payouts', async () => {
  const journey = await world.journey();
  const restore = await backUp('payouts');
  const paid = await journey.awaitingApproval();
  await journey.finance.approvePayout({ params: { id: paid.id } });
  await journey.finance.markPayoutPaid({ params: { id: paid.id }, body: { reference: 'By hand 8' } });
  await eventually(async () => expect((await payoutEventsOf(paid.assignmentId)).at(-1)?.type).toBe('payout.paid'));
  const before = await payoutEventsOf(paid.assignmentId);

  const database = new Client({ connectionString: world.databases.payouts });
  const started = restore(async () => {
    await database.connect();
    // Its consumer cannot apply anything.
    await database.query('begin; lock table inbox in share row exclusive mode');
  });
  await eventually(async () => expect(await readiness('payouts')).toMatchObject({ checks: { restore: 'away' } }));
  const done = world.ops('reconcile-after-restore', '--service', 'payouts', '--yes');
  await delay(3_000);
  expect((await database.query('select from restored_aggregate')).rowCount).toBeGreaterThan(0);
  await database.query('commit');
  expect(await done).toMatchObject({ code: 0 });
  await started;

  await eventually(async () =>
    expect((await payoutEventsOf(paid.assignmentId)).at(-1)).toMatchObject({
      type: 'payout.awaiting_approval',
      data: { version: before.length + 1 },
    }),
  );
  const { rows } = await database.query(
    `select outcome, reference from payment_result join payment_attempt a on a.id = attempt_id
      join payout p on p.id = payout_id where assignment_id = $1`,
    [paid.assignmentId],
  );
  await database.end();
  expect(rows).toEqual([{ outcome: 'PAID', reference: 'By hand 8' }]);
}, 120_000);
