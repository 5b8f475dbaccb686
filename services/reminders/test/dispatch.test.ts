import { randomUUIDv7 } from 'node:crypto';
import { declareStreams } from '@punctual/chassis';
import { createTestLifecycle } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { applyScheduleEvents } from '../src/commands/apply-schedule-events.ts';
import { checkHistory } from '../src/commands/check-history.ts';
import type { RemindersDeps } from '../src/commands/deps.ts';
import { createDispatch, dispatchDue } from '../src/commands/dispatch-due.ts';
import { createHistory } from '../src/commands/history.ts';
import { sweep } from '../src/commands/sweep.ts';
import { watchHistory } from '../src/jobs/watch-history.ts';
import { createTurn } from '../src/persistence/turn.ts';
import { hourMs, minuteMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

/** No service runs: the test does by hand what it would do. */
let world: RemindersService;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
  await declareStreams(world.peer, ['REMINDER']);
});

afterAll(() => world.stop());

function createDeps() {
  const sent = vi.fn();
  const suppressed = vi.fn();
  const warn = vi.fn();
  const history = createHistory(new AbortController().signal);
  const deps: RemindersDeps = {
    store: world.store,
    broker: world.handle,
    alarms: { set: async () => {}, setAgain: async () => {} },
    metrics: { sent, suppressed },
    history,
    refillTurn: createTurn(world.store, 'refill', randomUUIDv7()),
    logger: Object.assign(Object.create(world.logger), { warn }),
    now: () => Temporal.Now.instant().round('millisecond'),
    newId: randomUUIDv7,
    random: Math.random,
    rules: {
      proposalTtlMs: 72 * hourMs,
      respondLastLeadMs: 2 * hourMs,
      upcoming24hLeadMs: 24 * hourMs,
      upcoming1hLeadMs: hourMs,
      minGapMs: hourMs / 2,
    },
    graceMs: minuteMs,
    claimMs: minuteMs,
    signal: new AbortController().signal,
  };
  return { deps, sent, suppressed, warn };
}

/** Its one-hour reminder was due `agoMs` ago, and is not sent yet. */
async function plannedDue(deps: RemindersDeps, agoMs: number): Promise<string> {
  const assignmentId = randomUUIDv7();
  const event = scheduleEvent('schedule.confirmed', 2, {
    assignmentId,
    window: windowAt(Temporal.Now.instant(), hourMs - agoMs),
  });
  await checkHistory(deps, false);
  await applyScheduleEvents(deps, [{ event, traceparent: null }]);
  return assignmentId;
}

/** The store, whose next decisions fare like this: `lost` without a word, or `refused`. */
function storeThat(...fates: ('lost' | 'refused')[]): RemindersDeps['store'] {
  const bulkWrite = vi.fn(world.store.assignments.bulkWrite.bind(world.store.assignments));
  for (const fate of fates) {
    if (fate === 'lost') bulkWrite.mockResolvedValueOnce(undefined as never);
    else bulkWrite.mockRejectedValueOnce(new Error('deadlock detected'));
  }
  const assignments = new Proxy(world.store.assignments, {
    get: (target, name) => {
      const value = name === 'bulkWrite' ? bulkWrite : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...world.store, assignments };
}

const stateOf = async (assignmentId: string) =>
  (await world.store.ledger.findOne({ _id: `${assignmentId}:2:upcoming-1h` }))?.state;

test('each sent reminder is counted once, with its lateness', async () => {
  const { deps, sent } = createDeps();
  const assignmentId = await plannedDue(deps, 5 * minuteMs);
  await dispatchDue(deps);
  await dispatchDue(deps);
  expect(await stateOf(assignmentId)).toBe('SENT');
  expect(sent).toHaveBeenCalledTimes(1);
  const [latenessMs] = sent.mock.calls[0] ?? [];
  expect(latenessMs).toBeGreaterThanOrEqual(5 * minuteMs);
  expect(latenessMs).toBeLessThan(6 * minuteMs);
});

test('each suppressed reminder is counted once, by its reason', async () => {
  const { deps, sent, suppressed } = createDeps();
  await plannedDue(deps, 0);
  const later = { ...deps, now: () => Temporal.Now.instant().add({ milliseconds: hourMs }).round('millisecond') };
  await dispatchDue(later);
  await dispatchDue(later);
  expect(sent).not.toHaveBeenCalled();
  expect(suppressed.mock.calls.filter(([because]) => because === 'WINDOW_STARTED')).toHaveLength(1);
});

test('a decision that the store loses or refuses is repeated at once, and logged in one line', async () => {
  const { deps, sent, warn } = createDeps();
  const assignmentId = await plannedDue(deps, 0);
  await dispatchDue({ ...deps, store: storeThat('lost', 'refused') });
  expect(await stateOf(assignmentId)).toBe('SENT');
  expect(sent).toHaveBeenCalledTimes(1);
  expect((await world.published(assignmentId)).filter(({ type }) => type === 'reminder.due')).toHaveLength(1);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    { reminders: 1, attempt: 1, reason: undefined },
    { reminders: 1, attempt: 2, reason: 'Error: deadlock detected' },
  ]);
});

test('a decision that the store never takes sends nothing, and is left to the sweep', async () => {
  const { deps, sent } = createDeps();
  const assignmentId = await plannedDue(deps, 0);
  await dispatchDue({ ...deps, store: storeThat('lost', 'lost', 'lost') });
  expect(sent).not.toHaveBeenCalled();
  expect(await stateOf(assignmentId)).toBe('SENDING');
  const afterTheClaim = deps.now().add({ milliseconds: 2 * deps.claimMs });
  const later = { ...deps, now: () => afterTheClaim };
  await sweep({ ...later, dispatch: createDispatch(later) });
  expect(await stateOf(assignmentId)).toBe('SENT');
  expect(sent).toHaveBeenCalledTimes(1);
});

test('a lost mark keeps the decision in the outbox, and the sweep marks it without sending again', async () => {
  const { deps } = createDeps();
  const assignmentId = await plannedDue(deps, 0);
  const updateMany = vi.fn(world.store.ledger.updateMany.bind(world.store.ledger));
  updateMany.mockImplementationOnce(world.store.ledger.updateMany.bind(world.store.ledger));
  updateMany.mockResolvedValueOnce({ modifiedCount: 0 } as never);
  const ledger = Object.assign(Object.create(world.store.ledger), { updateMany });
  await expect(dispatchDue({ ...deps, store: { ...world.store, ledger } })).rejects.toThrow('1 of 1 reminders');
  expect(await stateOf(assignmentId)).toBe('SENDING');

  const afterTheClaim = deps.now().add({ milliseconds: 2 * deps.claimMs });
  const later = { ...deps, now: () => afterTheClaim };
  await sweep({ ...later, dispatch: createDispatch(later) });
  expect(await stateOf(assignmentId)).toBe('SENT');
  expect((await world.published(assignmentId)).filter(({ type }) => type === 'reminder.due')).toHaveLength(1);
});

test.each([
  ['away', () => world.peer.manager.streams.delete('REMINDER')],
  ['full', () => world.peer.manager.streams.update('REMINDER', { max_msgs: 1 })],
])('nothing is decided while the stream is %s, so that a cancel still counts', async (_, breakStream) => {
  const { deps, sent } = createDeps();
  const assignmentId = await plannedDue(deps, 0);
  await breakStream();
  await expect(dispatchDue(deps)).rejects.toThrow('the stream REMINDER is');
  const event = scheduleEvent('schedule.cancelled', 3, {
    assignmentId,
    window: windowAt(Temporal.Now.instant(), hourMs),
  });
  await applyScheduleEvents(deps, [{ event, traceparent: null }]);

  await declareStreams(world.peer, ['REMINDER']);
  await world.peer.manager.streams.update('REMINDER', { max_msgs: -1 });
  await checkHistory(deps, true);
  await dispatchDue(deps);
  const afterTheClaim = deps.now().add({ milliseconds: 2 * deps.claimMs });
  const later = { ...deps, now: () => afterTheClaim };
  await sweep({ ...later, dispatch: createDispatch(later) });

  expect(await stateOf(assignmentId)).toBe('SUPPRESSED');
  expect(sent).not.toHaveBeenCalled();
});

test('a process runs one dispatch at a time, and join leaves the work to it', async () => {
  const { deps, sent } = createDeps();
  const findDue = vi.fn(world.store.ledger.find.bind(world.store.ledger));
  const ledger = Object.assign(Object.create(world.store.ledger), { find: findDue });
  await plannedDue(deps, 0);
  const dispatch = createDispatch({ ...deps, store: { ...world.store, ledger } });
  const running = dispatch.run();
  const before = findDue.mock.calls.length;
  await dispatch.join('join in');
  expect(findDue.mock.calls.length).toBe(before);
  await running;
  expect(sent).toHaveBeenCalledTimes(1);
  await plannedDue(deps, 0);
  await dispatch.join('join in');
  expect(sent).toHaveBeenCalledTimes(2);
});

test('reminders are sent where NATS does not let the service read its streams', async () => {
  const { deps, sent, warn } = createDeps();
  const assignmentId = await plannedDue(deps, 0);
  await world.store.positions.deleteMany({});
  const broker = await world.handle.connected();
  const refuse = () =>
    Promise.reject(new Error('refused', { cause: Object.assign(new Error(), { name: 'PermissionViolationError' }) }));
  const streams = Object.assign(Object.create(broker.manager.streams), { getMessage: refuse });
  const manager = Object.assign(Object.create(broker.manager), { streams });
  const lifecycle = createTestLifecycle();
  const history = createHistory(lifecycle.signal);
  const refused = { ...deps, history, broker: { ...world.handle, connected: async () => ({ ...broker, manager }) } };
  watchHistory({ ...refused, lifecycle });
  await vi.waitFor(() => expect(history.isCaughtUp()).toBe(true));
  await dispatchDue(refused);
  expect(await stateOf(assignmentId)).toBe('SENT');
  expect(sent).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledTimes(1);
  await lifecycle.stop();
});
