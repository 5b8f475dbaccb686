import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { RemindersHealth } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { entryOf } from '../src/domain/outbox-entry.ts';
import { toReminderEvent } from '../src/messaging/events.ts';
import { closeReminders, findAssignments, removeFromOutbox } from '../src/persistence/assignments.ts';
import { claimRows, markSent } from '../src/persistence/ledger.ts';
import { findDue, findRows } from '../src/persistence/ledger-queries.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders({ instances: 2 });
}, 60_000);

afterAll(() => world.stop());

/** A confirmed window whose one-hour reminder is due so soon. */
function confirmedDueIn(ms: number, assignmentId: string = randomUUIDv7()) {
  return scheduleEvent('schedule.confirmed', 2, {
    assignmentId,
    window: windowAt(Temporal.Now.instant(), hourMs + ms),
  });
}

const outcomes = ['upcoming-24h SUPPRESSED OVERTAKEN'];

test('two instances share due reminders, and send each once', async () => {
  const events = Array.from({ length: 60 }, () => confirmedDueIn(2_000));
  const ids = events.map(({ data }) => data.assignmentId);
  await world.publish(...events);
  const due = await eventually(async () => {
    const sent = (await world.published()).filter(
      ({ type, subject }) => type === 'reminder.due' && ids.includes(subject),
    );
    if (sent.length < events.length) throw new Error(`${sent.length} sent`);
    return sent;
  });
  expect(new Set(due.map(({ subject }) => subject)).size).toBe(events.length);
  expect(due).toHaveLength(events.length);
  await eventually(async () => {
    expect(await world.store.ledger.countDocuments({ assignmentId: { $in: ids }, state: 'SENT' })).toBe(events.length);
    expect(await unsettled(ids)).toBe(0);
  });
});

test('a cancel that races the dispatch ends in sent or suppressed, never both', async () => {
  const races = Array.from({ length: 40 }, (_, index) => ({
    event: confirmedDueIn(10_000),
    // From long before to long after, so that some race on a slow machine too.
    cancelInMs: -6_000 + 230 * index,
  }));
  await world.publish(...races.map(({ event }) => event));
  await world.untilConsumed();
  const due = Math.max(...races.map(({ event }) => dueAtOf(event)));
  await Promise.all(
    races.map(async ({ event: { data }, cancelInMs }) => {
      await new Promise((resolve) => setTimeout(resolve, due + cancelInMs - Date.now()));
      await world.publish(scheduleEvent('schedule.cancelled', 3, { assignmentId: data.assignmentId }));
    }),
  );
  await world.untilConsumed();
  const endings = new Set<string>();
  for (const { event } of races) {
    const { assignmentId } = event.data;
    const ending = await eventually(async () => {
      const ends = (await world.published(assignmentId)).filter(
        ({ type, data }) => data.kind === 'upcoming-1h' && type !== 'reminder.queued' && type !== 'reminder.overdue',
      );
      if (ends.length === 0) throw new Error('not ended yet');
      return ends.map(({ type }) => type);
    });
    expect(ending).toHaveLength(1);
    endings.add(ending.join());
    // What is published is recorded a moment later.
    await eventually(async () => {
      const [, row] = await world.list(assignmentId);
      expect(row?.state).toBe(ending[0] === 'reminder.due' ? 'SENT' : 'SUPPRESSED');
    });
  }
  // Else nothing raced.
  expect(endings).toEqual(new Set(['reminder.due', 'reminder.suppressed']));
});

test('an outage of NATS makes reminders OVERDUE, and they are sent when it is back', async () => {
  const event = confirmedDueIn(2_000);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h PLANNED']);
  await world.environment.stopNats();
  await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h OVERDUE']);
  const health = await world.untilHealth(({ overdue }) => overdue === 1);
  expect(health).toMatchObject({ status: 'down', checks: { store: 'ok', broker: 'down' }, due: 1 });

  await world.environment.startNatsAgain();
  const [, sent] = await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h SENT']);
  expect(sent?.latenessMs).toBeGreaterThan(1_500);
  await world.untilPublished(assignmentId, [
    'reminder.suppressed upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.overdue upcoming-1h',
    'reminder.due upcoming-1h',
  ]);
  await world.untilHealth(({ status }, httpStatus) => status === 'ok' && httpStatus === 200);
});

test('reminders that could not be sent before the window started are suppressed', async () => {
  const event = confirmedDueIn(24 * hourMs);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const now = new Date();
  // As after an outage of a day: both are due, and the window has begun.
  await world.store.ledger.updateMany(
    { assignmentId },
    { $set: { sendAt: now, deadline: now, 'window.start': now.toISOString() } },
  );
  await world.untilReminders(assignmentId, [
    'upcoming-24h SUPPRESSED WINDOW_STARTED',
    'upcoming-1h SUPPRESSED WINDOW_STARTED',
  ]);
});

test('health is down when reminders are due for longer than the grace and none is sent', async () => {
  const event = confirmedDueIn(3_000);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h PLANNED']);
  // As a worker that took it and hangs, for an hour.
  const claim = { id: randomUUID(), until: Temporal.Now.instant().add({ hours: 1 }) };
  expect(await claimRows(world.store, [`${assignmentId}:2:upcoming-1h`], claim)).toHaveLength(1);
  const health = await world.untilHealth(({ status }, httpStatus) => status === 'down' && httpStatus === 503);
  expect(health.checks).toEqual({ store: 'ok', broker: 'ok', scheduler: 'down' });
  expect(health.oldestDueMs).toBeGreaterThan(1_500);

  await world.store.ledger.updateOne({ 'claim.id': claim.id }, { $set: { 'claim.until': new Date() } });
  await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h SENT']);
  await world.untilHealth(({ status }, httpStatus) => status === 'ok' && httpStatus === 200);
});

test('health reports a clock that jumps, and sent reminders are not sent again', async () => {
  const event = confirmedDueIn(1_000);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h SENT']);
  const jumpMs = 5 * 60_000;
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    vi.setSystemTime(Date.now() - jumpMs);
    const response = await fetch(`${world.services[0]?.url}/workers/reminders/health`);
    const health = RemindersHealth.parse(await response.json());
    expect(health.status).not.toBe('ok');
    expect(Math.abs((health.clockSkewMs ?? 0) + jumpMs)).toBeLessThan(5_000);
  } finally {
    vi.useRealTimers();
  }
  await world.untilHealth(({ status }) => status === 'ok');
  expect((await world.published(assignmentId)).filter(({ type }) => type === 'reminder.due')).toHaveLength(1);
});

const steps = ['claim', 'decision', 'publish', 'SENT', 'take-off'] as const;

test.each(steps)(
  'a worker that dies right after its %s leaves the reminder to another, which sends it once',
  async (lastStep) => {
    // Time enough to stop the workers before it is due, on a busy machine too.
    const event = confirmedDueIn(4_000);
    const { assignmentId } = event.data;
    await world.publish(event);
    await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h PLANNED']);
    await world.untilPublished(assignmentId, ['reminder.suppressed upcoming-24h', 'reminder.queued upcoming-1h']);
    await world.stopServices();
    await eventually(() => expect(Date.now()).toBeGreaterThan(dueAtOf(event)));
    await workUntil(lastStep, assignmentId);

    await world.start();
    await world.untilReminders(assignmentId, [...outcomes, 'upcoming-1h SENT']);
    await eventually(async () => expect(await unsettled([assignmentId])).toBe(0));
    const events = await world.published(assignmentId);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'reminder.due')).toHaveLength(1);
  },
);

/** Does by hand what a worker does with what is due, and stops after that step, as if killed. */
async function workUntil(lastStep: (typeof steps)[number], assignmentId: string): Promise<void> {
  const done = (step: (typeof steps)[number]) => step === lastStep;
  const now = Temporal.Now.instant().round('millisecond');
  const [id = ''] = await findDue(world.store, now, 10);
  expect(await claimRows(world.store, [id], { id: randomUUID(), until: now })).toHaveLength(1);
  if (done('claim')) return;
  const entry = entryOf('reminder.due', 2, 'upcoming-1h', { now, traceparent: null });
  await closeReminders(world.store, [
    { assignmentIds: [assignmentId], scheduleVersion: 2, kind: 'upcoming-1h', entry },
  ]);
  if (done('decision')) return;
  const [record] = await findAssignments(world.store, [assignmentId]);
  const [row] = await findRows(world.store, [`${assignmentId}:2:upcoming-1h`]);
  if (!record || !row) throw new Error('it was planned');
  await world.peer.publish(toReminderEvent({ record, entry, row, sequence: record.sequence, sentAt: now }));
  if (done('publish')) return;
  await markSent(world.store, [id], now);
  if (done('SENT')) return;
  await removeFromOutbox(world.store, [{ assignmentId, keys: [entry.key] }]);
}

function unsettled(ids: string[]): Promise<number> {
  return world.store.assignments.countDocuments({ _id: { $in: ids }, 'outbox.0': { $exists: true } });
}

function dueAtOf(event: ReturnType<typeof confirmedDueIn>): number {
  return Date.parse(event.data.window?.start ?? '') - hourMs;
}
