import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { publishEvent, startService } from '@punctual/chassis';
import { RemindersHealth } from '@punctual/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { reminders } from '../src/app.ts';
import { entryOf } from '../src/domain/assignment.ts';
import { toReminderEvent } from '../src/messaging/reminder-event.ts';
import { closeReminders, findAssignments } from '../src/persistence/assignments.ts';
import { claimRows, findDue } from '../src/persistence/ledger.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createTcpLink } from './tcp-link.ts';
import { createWorld, type World } from './world.ts';

let world: World;

afterEach(() => world.stop());

/** A confirmed window whose one-hour reminder is due so soon. */
function confirmedDueIn(ms: number, assignmentId: string = randomUUIDv7()) {
  return scheduleEvent('schedule.confirmed', 2, { assignmentId, window: windowAt(new Date(), hourMs + ms) });
}

test('two instances share what is due: every reminder is sent once', async () => {
  world = await createWorld({ instances: 2 });
  const events = Array.from({ length: 60 }, () => confirmedDueIn(3_000));
  await world.publish(...events);
  const due = await vi.waitFor(
    async () => {
      const sent = (await world.published()).filter(({ type }) => type === 'reminder.due');
      if (sent.length < events.length) throw new Error(`${sent.length} sent`);
      return sent;
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(new Set(due.map(({ subject }) => subject)).size).toBe(events.length);
  expect(due).toHaveLength(events.length);
  expect(await world.store.ledger.countDocuments({ state: 'SENT' })).toBe(events.length);
  expect(await world.store.assignments.countDocuments({ 'outbox.0': { $exists: true } })).toBe(0);
});

test('a cancel that races the moment: either sent or suppressed, never both, never out of order', async () => {
  world = await createWorld({ instances: 2 });
  const races = Array.from({ length: 40 }, (_, index) => ({
    event: confirmedDueIn(6_000),
    // From long before to long after, so that some race on a slow machine too.
    cancelInMs: -3_000 + 180 * index,
  }));
  await world.publish(...races.map(({ event }) => event));
  await world.untilConsumed();
  const due = Math.max(...races.map(({ event }) => Date.parse(event.data.window?.start ?? '') - hourMs));
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
    const ending = await vi.waitFor(async () => {
      const ends = (await world.published(assignmentId)).filter(
        ({ type, data }) => data.kind === 'upcoming-1h' && type !== 'reminder.queued',
      );
      if (ends.length === 0) throw new Error('not ended yet');
      return ends.map(({ type }) => type);
    }, 15_000);
    expect(ending).toHaveLength(1);
    endings.add(ending.join());
    const [, row] = await world.list(assignmentId);
    expect(row?.state).toBe(ending[0] === 'reminder.due' ? 'SENT' : 'SUPPRESSED');
  }
  // Else nothing raced.
  expect(endings).toEqual(new Set(['reminder.due', 'reminder.suppressed']));
});

test('NATS away at the moment: down and OVERDUE meanwhile, sent late when it is back', async () => {
  world = await createWorld();
  const event = confirmedDueIn(2_000);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h PLANNED']);
  await world.environment.stopNats();
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h OVERDUE']);
  const health = await world.untilHealth(({ overdue }) => overdue === 1);
  expect(health).toMatchObject({ status: 'down', checks: { store: 'ok', broker: 'down' }, due: 1 });

  await world.environment.startNatsAgain();
  const [, sent] = await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  expect(sent?.latenessMs).toBeGreaterThan(1_500);
  await world.untilPublished(assignmentId, [
    'reminder.suppressed upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.overdue upcoming-1h',
    'reminder.due upcoming-1h',
  ]);
  await world.untilHealth(({ status }, httpStatus) => status === 'ok' && httpStatus === 200);
});

test('what could not be sent before the window started is not sent any more', async () => {
  world = await createWorld();
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

/** Plans one reminder on a running service, stops it, and hands over what a worker would find at the due moment. */
async function planAndStop() {
  world = await createWorld();
  const event = confirmedDueIn(1_500);
  const { assignmentId } = event.data;
  await world.publish(event);
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h PLANNED']);
  await world.services[0]?.stop();
  const dueAt = Date.parse(event.data.window?.start ?? '') - hourMs;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(dueAt), { timeout: 5_000 });
  return { assignmentId, moment: { now: new Date(), traceparent: null } };
}

/** The first things that a worker does with what is due. */
async function claim(now: Date) {
  const due = await findDue(world.store, now, 10);
  const rows = await claimRows(world.store, due, { id: randomUUID(), until: now });
  expect(rows).toHaveLength(1);
}

async function decide(assignmentId: string, moment: { now: Date; traceparent: null }) {
  const entry = entryOf('reminder.due', 2, 'upcoming-1h', moment);
  await closeReminders(world.store, [
    { assignmentIds: [assignmentId], scheduleVersion: 2, kind: 'upcoming-1h', entry },
  ]);
  return entry;
}

async function expectSentOnce(assignmentId: string) {
  await world.start();
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  const events = await world.published(assignmentId);
  const outline = events.map(({ type, sequence }) => `${Number(sequence)} ${type}`);
  expect(outline.filter((line) => !line.endsWith('overdue'))).toHaveLength(3);
  expect(outline.filter((line) => line.endsWith('due') && !line.endsWith('overdue'))).toHaveLength(1);
  await vi.waitFor(async () => {
    expect(await world.store.assignments.countDocuments({ 'outbox.0': { $exists: true } })).toBe(0);
  });
}

test('a worker that dies between claim and decision: sent once by the sweep', async () => {
  const { assignmentId, moment } = await planAndStop();
  await claim(moment.now);
  await expectSentOnce(assignmentId);
});

test('a worker that dies between decision and publish: sent once by the sweep', async () => {
  const { assignmentId, moment } = await planAndStop();
  await claim(moment.now);
  await decide(assignmentId, moment);
  await expectSentOnce(assignmentId);
});

test('a worker that dies between publish and SENT: not sent a second time', async () => {
  const { assignmentId, moment } = await planAndStop();
  await claim(moment.now);
  const entry = await decide(assignmentId, moment);
  const [record] = await findAssignments(world.store, [assignmentId]);
  const row = await world.store.ledger.findOne({ assignmentId, kind: 'upcoming-1h' });
  if (!record || !row) throw new Error('it was planned');
  await publishEvent(
    world.broker,
    toReminderEvent({ record, entry, row, sequence: record.sequence, sentAt: moment.now }),
  );
  await expectSentOnce(assignmentId);
});

test('the store away: health says so and answers, requests get 503, and work goes on when it is back', async () => {
  world = await createWorld();
  const url = new URL(world.environment.mongoUrl);
  const link = await createTcpLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  const linked = await startService(reminders, { ...world.serviceEnv, MONGO_URL: url.href });
  try {
    await world.services[0]?.stop();
    const health = async () => {
      const response = await fetch(`${linked.url}/workers/reminders/health`);
      return { status: response.status, health: RemindersHealth.parse(await response.json()) };
    };
    await vi.waitFor(async () => expect((await health()).status).toBe(200), { timeout: 15_000 });

    link.cut();
    expect(await health()).toMatchObject({
      status: 503,
      health: { status: 'down', checks: { store: 'down', broker: 'ok' }, planned: null },
    });
    const headers = { authorization: `Bearer ${world.opsToken}` };
    const listed = await fetch(`${linked.url}/assignments/${randomUUIDv7()}/reminders`, { headers });
    expect([listed.status, listed.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    const event = confirmedDueIn(0);
    await world.publish(event);

    link.mend();
    await vi.waitFor(
      async () => {
        const [, row] = await world.store.ledger
          .find({ assignmentId: event.data.assignmentId })
          .sort({ dueAt: 1 })
          .toArray();
        expect(row?.state).toBe('SENT');
      },
      { timeout: 20_000, interval: 100 },
    );
    await vi.waitFor(async () => expect((await health()).status).toBe(200), { timeout: 15_000 });
  } finally {
    await linked.stop();
    link.close();
  }
}, 90_000);
