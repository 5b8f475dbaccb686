import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { declareStreams, type FailpointReached, readConfig } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { RemindersDeps } from '../src/commands/deps.ts';
import { finishRestore } from '../src/commands/follow-restored.ts';
import { createHistory } from '../src/commands/history.ts';
import { Config, planRules } from '../src/config.ts';
import { findAssignment, removeFromOutbox, replaceRecords } from '../src/persistence/assignments.ts';
import { jobsCollection } from '../src/persistence/store.ts';
import { createTurn } from '../src/persistence/turn.ts';
import { hourMs, minuteMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
});

beforeEach(async () => {
  await world.stopServices();
  await declareReminderAgain();
  await Promise.all([world.store.published.deleteMany({}), world.store.positions.deleteOne({ _id: 'REMINDER' })]);
  await world.start();
}, 120_000);

afterAll(() => world.stop());

/** As `streams apply` does, after somebody deleted it. */
async function declareReminderAgain(): Promise<void> {
  await world.peer.manager.streams.delete('REMINDER');
  await declareStreams(world.peer, ['REMINDER']);
}

/** Its one-hour reminder is due so soon. */
function confirmedDueIn(ms: number) {
  return scheduleEvent('schedule.confirmed', 2, {
    assignmentId: randomUUIDv7(),
    window: windowAt(Temporal.Now.instant(), hourMs + ms),
  });
}

async function numbersOf(assignmentId: string): Promise<number[]> {
  return (await world.published(assignmentId)).map(({ sequence }) => Number(sequence));
}

const untilNumbers = (assignmentId: string, wanted: number[]) =>
  eventually(async () => expect(await numbersOf(assignmentId)).toEqual(wanted));

/** The next flush that has published a due reminder waits before it keeps it. The sweep does not help. */
async function holdBeforeKeeping() {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const hold = (moment: unknown) => {
    const failpoint = moment as FailpointReached;
    if (failpoint.name !== 'mid-send') return;
    reached.resolve();
    failpoint.until = released.promise;
  };
  const sweep = (disabled: boolean) =>
    world.store.db.collection(jobsCollection).updateOne({ name: 'sweep' }, { $set: { disabled } });
  const release = async () => {
    unsubscribe('punctual:failpoint', hold);
    released.resolve();
    await sweep(false);
  };
  await sweep(true);
  subscribe('punctual:failpoint', hold);
  onTestFinished(release);
  return { reached: reached.promise, release };
}

/** Each event is kept where the stream has it, and no outbox holds one. */
async function untilSettled(assignmentId: string): Promise<void> {
  await eventually(async () => {
    const record = await world.store.assignments.findOne({ _id: assignmentId });
    expect(record?.outbox).toEqual([]);
    const kept = await world.store.published.find({ assignmentId }).sort({ sequence: 1 }).toArray();
    const onStream = (await world.peer.readStream('REMINDER')).filter(
      (message) => message.json<{ subject: string }>().subject === assignmentId,
    );
    expect(kept.map(({ streamSequence }) => streamSequence)).toEqual(onStream.map(({ seq }) => seq));
  });
}

test('what was published just before the stream was deleted follows the refilled events', async () => {
  const event = confirmedDueIn(2_500);
  const flush = await holdBeforeKeeping();
  await world.publish(event);
  await flush.reached;
  await untilNumbers(event.subject, [1, 2, 3]);
  await declareReminderAgain();
  await untilNumbers(event.subject, [1, 2]);
  await flush.release();
  await untilNumbers(event.subject, [1, 2, 3]);
  await untilSettled(event.subject);
}, 120_000);

test('what an older copy of the stream lacks is published again, though its place is taken', async () => {
  const [server] = world.environment.natsServers;
  if (server?.folder === undefined) throw new Error('NATS has no folder of ours');
  const [now, before] = ['jetstream', 'before'].map((name) => join(server.folder ?? '', name));
  if (!now || !before) throw new Error('no folder');
  const event = confirmedDueIn(10_000);
  const flush = await holdBeforeKeeping();
  await world.publish(event);
  await untilNumbers(event.subject, [1, 2]);
  await world.untilConsumed();
  await world.environment.stopNats();
  await cp(now, before, { recursive: true });
  await world.environment.startNatsAgain();
  await flush.reached;

  await world.environment.stopNats();
  await rm(now, { recursive: true });
  await cp(before, now, { recursive: true });
  await world.environment.startNatsAgain();
  const next = confirmedDueIn(20 * minuteMs);
  await eventually(() => world.publish(next));
  await untilNumbers(next.subject, [1, 2]);
  expect(await numbersOf(event.subject)).toEqual([1, 2]);
  await flush.release();
  await untilNumbers(event.subject, [1, 2, 3]);
  await untilSettled(event.subject);
}, 120_000);

test('lost events come in their order, whenever they were kept', async () => {
  const event = confirmedDueIn(1_000);
  await world.publish(event);
  await untilNumbers(event.subject, [1, 2, 3]);
  await untilSettled(event.subject);
  await world.stopServices();
  // As when the flush that published the first two was the slower one.
  const at = new Date(Date.now() + minuteMs);
  await world.store.published.updateMany({ assignmentId: event.subject, sequence: { $lt: 3 } }, { $set: { at } });
  await declareReminderAgain();
  await world.start();
  await untilNumbers(event.subject, [1, 2, 3]);
}, 120_000);

test('events that another stream of this name has already are not published once more', async () => {
  const event = confirmedDueIn(1_000);
  await world.publish(event);
  await untilNumbers(event.subject, [1, 2, 3]);
  await untilSettled(event.subject);
  await world.stopServices();
  // As in a store that was restored to before the stream was refilled.
  // More than ten minutes ago, so that the stream no longer drops what is published twice.
  const { created } = await world.peer.manager.streams.update('REMINDER', { duplicate_window: 100_000_000 });
  const stream = Date.parse(created) - hourMs;
  await world.store.published.updateMany({}, { $set: { stream }, $inc: { streamSequence: 1 } });
  await world.store.positions.updateOne({ _id: 'REMINDER' }, { $set: { source: String(stream) } });
  await world.start();
  await untilSettled(event.subject);
  expect(await numbersOf(event.subject)).toEqual([1, 2, 3]);
}, 120_000);

test('a refill that an instance has left behind is finished', async () => {
  const event = confirmedDueIn(1_000);
  await world.publish(event);
  await untilNumbers(event.subject, [1, 2, 3]);
  await untilSettled(event.subject);
  await world.stopServices();
  const [kept] = await world.store.published.find({ assignmentId: event.subject }).toArray();
  if (!kept) throw new Error('nothing is kept');
  const lost = randomUUID();
  const payload = JSON.stringify({ ...JSON.parse(kept.payload), id: lost });
  await world.store.published.insertOne({ ...kept, _id: lost, payload, streamSequence: null });
  await world.store.positions.updateOne({ _id: 'REMINDER' }, { $set: { isRefilling: true } });
  await world.start();
  await eventually(async () => expect((await world.published()).filter(({ id }) => id === lost)).toHaveLength(1));
  await eventually(async () => {
    expect(await world.store.positions.findOne({ _id: 'REMINDER' })).not.toHaveProperty('isRefilling');
  });
}, 120_000);

test('a restored record does not fill an outbox again that was emptied meanwhile', async () => {
  const event = confirmedDueIn(20 * minuteMs);
  await world.publish(event);
  await untilSettled(event.subject);
  await world.stopServices();
  const entry = { key: 'a', type: 'reminder.due', at: new Date() };
  await world.store.assignments.updateOne({ _id: event.subject }, { $push: { outbox: entry as never } });
  const read = await findAssignment(world.store, event.subject);
  if (!read) throw new Error('no record');
  await removeFromOutbox(world.store, [{ assignmentId: event.subject, keys: ['a'] }]);
  expect(await replaceRecords(world.store, [{ from: read, to: read }])).toBe(false);
  expect((await findAssignment(world.store, event.subject))?.outbox).toEqual([]);
}, 120_000);

test('a doubt while a restored store catches up lets it pass no event', async () => {
  await world.stopServices();
  const { store, handle: broker, logger } = world;
  const event = confirmedDueIn(20 * minuteMs);
  await world.publish(event);
  const { state } = await world.peer.manager.streams.info('SCHEDULE');
  const schedule = { source: 'of the test', sequence: state.last_seq - 1 };
  const history = createHistory(new AbortController().signal);
  history.agree(history.generation(), false);
  const deps: RemindersDeps = {
    store,
    broker,
    alarms: { set: async () => {}, setAgain: async () => {} },
    history,
    refillTurn: createTurn(store, 'refill', randomUUID()),
    metrics: { sent: () => {}, suppressed: () => {} },
    logger,
    now: () => Temporal.Now.instant(),
    newId: randomUUID,
    random: Math.random,
    rules: planRules(readConfig(Config, world.serviceEnv)),
    graceMs: 1_000,
    claimMs: 1_000,
    signal: new AbortController().signal,
  };
  const doubting = () => {
    history.doubt();
    return Temporal.Now.instant();
  };
  await expect(finishRestore({ ...deps, now: doubting }, schedule, state.last_seq)).rejects.toThrow('restored');
  expect((await store.positions.findOne({ _id: 'SCHEDULE' }))?.source).not.toBe(schedule.source);

  history.agree(history.generation(), false);
  await finishRestore(deps, schedule, state.last_seq);
  expect((await findAssignment(store, event.subject))?.version).toBe(2);
}, 120_000);
