import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import type { ClientOperation, Shown } from '../history/client-operation.ts';
import type { FeedSegment, FeedSession, FeedStream } from '../history/feed-session.ts';
import { checkInvariants, type Invariant } from './index.ts';
import type { Message, ObservedState } from './state.ts';

const assignmentId = randomUUID();
const payoutId = randomUUID();
const reminderId = `${assignmentId}:2:upcoming-1h`;
const window = { start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T10:00:00.000Z' };

/** A visit that was proposed, confirmed and reminded of, and that everybody knows of. */
function goodState(): ObservedState {
  const schedule = [
    message('SCHEDULE', 0, 'schedule.assigned', { scheduleVersion: 0 }),
    message('SCHEDULE', 1, 'schedule.proposed', { scheduleVersion: 1, window }),
    message('SCHEDULE', 2, 'schedule.confirmed', { scheduleVersion: 2, window }),
  ];
  const payout = [message('PAYOUT', 1, 'payout.pending', {})];
  const reminder = [
    message('REMINDER', 1, 'reminder.queued', { reminderId, scheduleVersion: 2, window }),
    message('REMINDER', 2, 'reminder.due', { reminderId, scheduleVersion: 2, window }),
  ];
  const received = (consumer: string, messages: Message[]) =>
    messages.map(({ event }) => ({ consumer, eventId: event.id }));
  const atScheduling = [...received('scheduling-reminder', reminder), ...received('scheduling-payout', payout)];
  const atPayouts = received('payouts-schedule', schedule);
  const at = new Date();
  return {
    accepted: [
      { aggregate: 'assignment', id: assignmentId, version: 2, command: 'schedule/confirm', call: 2, return: 3 },
    ],
    scheduling: {
      outbox: schedule.map(outboxRow),
      timeline: [
        { id: assignmentId, version: 0, type: 'schedule.assigned', at, status: 'UNSCHEDULED' },
        { id: assignmentId, version: 1, type: 'schedule.proposed', at, status: 'PROPOSED' },
        { id: assignmentId, version: 2, type: 'schedule.confirmed', at, status: 'CONFIRMED' },
      ],
      inbox: atScheduling,
      effects: atScheduling,
      withdrawn: new Set(),
      assignments: [{ id: assignmentId, status: 'CONFIRMED', version: 2, payoutStatus: 'PENDING', payoutVersion: 1 }],
      overlaps: [],
    },
    payouts: {
      outbox: payout.map(outboxRow),
      timeline: [{ id: payoutId, version: 1, type: 'payout.pending', at, status: 'PENDING' }],
      inbox: atPayouts,
      effects: atPayouts,
      withdrawn: new Set(),
      payouts: [{ id: payoutId, assignmentId, status: 'PENDING', version: 1 }],
      views: [{ assignmentId, version: 2, status: 'CONFIRMED' }],
    },
    reminders: {
      records: [{ _id: assignmentId, version: 2, sequence: 2, outbox: [] }],
      ledger: [{ _id: reminderId, assignmentId, scheduleVersion: 2, state: 'SENT' }],
    },
    streams: { SCHEDULE: schedule, REMINDER: reminder, PAYOUT: payout },
    malformed: [],
    deadLetters: [],
    createdBy10: new Set(),
    isReminderRefilled: false,
    losses: [],
    clients: {
      operations: [...confirmedBy('other'), ...confirmedBy(assignmentId)],
      anomalies: [],
      feeds: [follower([...schedule, ...reminder, ...payout])],
    },
    consumers: [{ name: 'payouts-schedule', stream: 'SCHEDULE', pending: 0, unacknowledged: 0 }],
  };
}

/** Ops who followed the feed from before the first message on. */
function follower(messages: readonly Message[]): FeedSession {
  const received = messages.map(({ event: { id, type }, stream, at }) => ({
    stream: stream as FeedStream,
    id,
    type,
    at: at.getTime(),
  }));
  return { userId: undefined, form: 'poll', latest: 'status 200', segments: [{ from: 0, isExpired: false, received }] };
}

function segmentOf({ clients }: ObservedState): FeedSegment {
  const [segment] = clients.feeds.flatMap(({ segments }) => segments);
  if (!segment) throw new Error('Nobody follows the feed.');
  return segment;
}

const otherWindow = { start: '2026-12-01T10:00:00.000Z', end: '2026-12-01T11:00:00.000Z' };

/** What a customer saw of an assignment: a proposal, its confirmation, and the reminder. */
function confirmedBy(id: string): ClientOperation[] {
  const asked = { aggregate: 'assignment', id, client: id } as const;
  const seen = {
    ...{ id, providerId: 'provider', payoutVersion: 1, reminderSequence: 1 },
    ...(id === assignmentId ? window : otherWindow),
  };
  return [
    {
      ...asked,
      command: 'propose',
      call: 0,
      return: 1,
      outcome: 'accepted',
      seen: { ...seen, version: 1, status: 'PROPOSED' },
    },
    {
      ...asked,
      command: 'confirm',
      call: 2,
      return: 3,
      outcome: 'accepted',
      seen: { ...seen, version: 2, status: 'CONFIRMED' },
    },
    {
      ...asked,
      command: 'read',
      call: 6,
      return: 7,
      outcome: 'read',
      seen: { ...seen, version: 2, status: 'CONFIRMED', reminderSequence: 2 },
    },
  ];
}

function message(stream: string, sequence: number, type: string, data: Message['event']['data']): Message {
  const event = { id: randomUUID(), type, subject: assignmentId, sequence, time: window.start, data };
  const text = JSON.stringify(event);
  return { stream, seq: sequence, subject: type, at: new Date(), headers: headers(), text, event };
}

function outboxRow({ event, text }: Message) {
  return { id: event.id, aggregateId: assignmentId, aggregateVersion: event.sequence, type: event.type, payload: text };
}

test('checkInvariants reports nothing for a correct state', () => {
  expect(checkInvariants(goodState())).toEqual([]);
});

test('checkInvariants counts a repeated event once', () => {
  const state = goodState();
  state.streams.SCHEDULE.push(...state.streams.SCHEDULE);
  expect(checkInvariants(state)).toEqual([]);
});

const damages: [invariant: Invariant, what: string, damage: (state: ObservedState) => unknown][] = [
  ['I1', 'a command was accepted and is not there', ({ scheduling }) => scheduling.timeline.pop()],
  ['I1', 'a change has no event', ({ scheduling }) => scheduling.outbox.pop()],
  ['I1', 'an event never came to the stream', ({ streams }) => streams.PAYOUT.pop()],
  ['I1', 'a reminder counts as sent and is not in the stream', ({ streams }) => streams.REMINDER.pop()],
  ['I2', 'the stream has what was never committed', ({ payouts }) => payouts.outbox.pop()],
  ['I2', 'a reminder is out that the ledger suppressed', ({ reminders }) => setState(reminders.ledger, 'SUPPRESSED')],
  ['I3', 'an event comes before an earlier one', ({ streams }) => streams.SCHEDULE.reverse()],
  ['I3', 'a version is missing', ({ streams }) => streams.REMINDER.shift()],
  ['I4', 'an event took effect twice', ({ payouts }) => payouts.effects.push(...payouts.effects)],
  [
    'I4',
    'a reminder was sent twice',
    ({ streams }) =>
      streams.REMINDER.push(message('REMINDER', 3, 'reminder.due', { reminderId, scheduleVersion: 2, window })),
  ],
  [
    'I5',
    'two windows of a provider overlap',
    ({ scheduling }) => scheduling.overlaps.push({ one: assignmentId, other: randomUUID(), providerId: randomUUID() }),
  ],
  [
    'I6',
    'a payout is paid that nobody approved',
    ({ payouts }) =>
      payouts.timeline.push({ id: payoutId, version: 2, type: 'payout.paid', at: new Date(), status: 'PAID' }),
  ],
  [
    'I6',
    'a payout is paid twice',
    ({ payouts }) => {
      const at = new Date();
      for (const [index, step] of ['awaiting_approval', 'approved', 'paid', 'paid'].entries())
        payouts.timeline.push({ id: payoutId, version: index + 2, type: `payout.${step}`, at, status: null });
    },
  ],
  [
    'I7',
    'a reminder is sent after a newer version was known',
    ({ streams }) =>
      streams.REMINDER.splice(1, 0, message('REMINDER', 2, 'reminder.queued', { reminderId: 'x', scheduleVersion: 3 })),
  ],
  [
    'I7',
    'a reminder names another window',
    ({ streams }) => {
      for (const { event } of streams.REMINDER) event.data.window = { ...window, start: '2026-12-02T09:00:00.000Z' };
    },
  ],
  ['I8', 'a consumer acknowledged without an effect', ({ payouts }) => payouts.inbox.pop()],
  ['I8', 'reminders never heard of the confirmation', ({ reminders }) => reminders.records.pop()],
  ['I8', 'a copy is not what the original is', ({ payouts }) => payouts.views.pop()],
  [
    'I8',
    'what nobody can read is no dead letter',
    ({ malformed }) =>
      malformed.push({
        stream: 'PAYOUT',
        seq: 7,
        subject: 'payout.paid',
        at: new Date(),
        headers: undefined,
        text: '',
      }),
  ],
  [
    'I9',
    'no order explains what clients were answered',
    (state) => {
      const anomaly = { id: assignmentId, operations: 3, undecided: false, state: '{}', unexplained: 'read' };
      state.clients = { ...state.clients, anomalies: [anomaly] };
    },
  ],
  ['I10', 'clients see a provider at two places', (state) => changeSeen(state, () => window)],
  ['I11', 'a user sees an older version again', (state) => changeSeen(state, (_, index) => ({ version: 9 - index }))],
  [
    'I11',
    'a user sees an older copy again',
    (state) => changeSeen(state, (_, index) => ({ payoutVersion: 9 - index })),
  ],
  ['I12', 'the feed leaves out an event', (state) => segmentOf(state).received.splice(1, 1)],
  ['I12', 'the feed lacks the last event', (state) => segmentOf(state).received.splice(2, 1)],
  ['I12', 'the feed shows events in another order', (state) => segmentOf(state).received.reverse()],
  [
    'I12',
    'the feed shows an event twice',
    (state) => {
      const { received } = segmentOf(state);
      received.splice(0, received.length, ...received.flatMap((event) => [event, event]));
    },
  ],
];

test.each(damages)('checkInvariants reports %s when %s', (invariant, _what, damage) => {
  const state = goodState();
  damage(state);
  expect(checkInvariants(state).map((violation) => violation.invariant)).toContain(invariant);
});

test('checkInvariants takes no read that met the command for one that goes back', () => {
  const state = goodState();
  const [first, ...others] = state.clients.operations;
  if (!first) throw new Error('There are no operations.');
  const slow = { ...first, call: 0, return: 10 };
  state.clients = { ...state.clients, operations: [slow, ...others] };
  expect(checkInvariants(state)).toEqual([]);
});

test('checkInvariants lets a client whose position was refused miss what came until it began again', () => {
  const state = goodState();
  const segment = segmentOf(state);
  segment.received.splice(1);
  segment.isExpired = true;
  expect(checkInvariants(state)).toEqual([]);
});

test('checkInvariants lets a client receive again what a stream lost and got again', () => {
  const state = goodState();
  const { received } = segmentOf(state);
  const lost = received.slice(0, 3).map((event) => ({ ...event, at: 0 }));
  received.unshift(...lost);
  expect(checkInvariants(state)).toEqual([]);
});

test('checkInvariants compares a client with the stream as it was created again', () => {
  const state = goodState();
  const [queued, due] = state.streams.REMINDER;
  if (!queued || !due) throw new Error('Nobody was reminded.');
  const later = new Date(due.at.getTime() + 1_000);
  state.streams.REMINDER.push({ ...due, seq: 1, at: later }, { ...queued, seq: 2, at: later });
  const [before] = state.clients.feeds[0]?.segments ?? [];
  if (!before) throw new Error('Nobody follows the feed.');
  before.isExpired = true;
  const again = [due, queued].map(({ event: { id, type } }) => ({
    stream: 'REMINDER' as const,
    id,
    type,
    at: Number(later),
  }));
  state.clients.feeds[0]?.segments.push({ from: Number(later) - 1, isExpired: false, received: again });
  expect(checkInvariants(state).filter(({ invariant }) => invariant === 'I12')).toEqual([]);
  again.reverse();
  expect(checkInvariants(state).map(({ invariant }) => invariant)).toContain('I12');
});

test('checkInvariants lets the feed leave out what a stream lost and got again, if the client had it', () => {
  const state = goodState();
  const { received } = segmentOf(state);
  const [first] = state.streams.SCHEDULE;
  const known = received.find(({ id }) => id === first?.event.id);
  if (!first || !known) throw new Error('Nobody follows the feed.');
  const storedAgain = new Date(known.at + 1_000);
  first.at = storedAgain;
  expect(checkInvariants(state).filter(({ invariant }) => invariant === 'I12')).toEqual([]);
  known.at = Number(storedAgain) + 1_000;
  received.splice(received.indexOf(known), 1);
  expect(checkInvariants(state).map(({ invariant }) => invariant)).toContain('I12');
});

test('checkInvariants does not ask for the order of reminders that were refilled', () => {
  const state = goodState();
  state.streams.REMINDER.reverse();
  const brokenIn = (isReminderRefilled: boolean) =>
    checkInvariants({ ...state, isReminderRefilled }).filter(({ invariant }) => invariant === 'I3');
  expect(brokenIn(false)).not.toEqual([]);
  expect(brokenIn(true)).toEqual([]);
});

test('checkInvariants asks of a user only for their own events', () => {
  const state = goodState();
  const [feed] = state.clients.feeds;
  if (!feed) throw new Error('Nobody follows the feed.');
  for (const { event } of state.streams.SCHEDULE.slice(1)) event.data.customerId = 'user';
  feed.userId = 'user';
  segmentOf(state).received = segmentOf(state).received.slice(1, 3);
  expect(checkInvariants(state)).toEqual([]);
});

test('checkInvariants lets windows overlap that were never confirmed at one moment', () => {
  const state = goodState();
  changeSeen(state, () => window);
  const cancel = { aggregate: 'assignment', id: 'other', client: 'other', command: 'cancel' } as const;
  const before: ClientOperation = { ...cancel, call: 2, return: undefined, outcome: 'unknown' };
  state.clients = { ...state.clients, operations: [...state.clients.operations, before] };
  expect(checkInvariants(state)).toEqual([]);
});

function changeSeen({ clients }: ObservedState, change: (seen: Shown, index: number) => Partial<Shown>): void {
  for (const [index, { seen }] of clients.operations.entries()) if (seen) Object.assign(seen, change(seen, index));
}

function setState(ledger: ObservedState['reminders']['ledger'], state: 'SUPPRESSED'): void {
  for (const row of ledger) row.state = state;
}

/** A cancellation was lost in a restore. Its repair has said again that the visit is confirmed. */
function restoredState() {
  const state = goodState();
  const { scheduling, payouts, reminders, streams } = state;
  const cancelled = message('SCHEDULE', 3, 'schedule.cancelled', { scheduleVersion: 3 });
  const withdrawnEventIds = [cancelled.event.id];
  const lifted = message('SCHEDULE', 4, 'schedule.confirmed', { scheduleVersion: 4, window, withdrawnEventIds });
  streams.SCHEDULE.push(cancelled, lifted);
  scheduling.withdrawn = new Set(withdrawnEventIds);
  scheduling.outbox.push(outboxRow(lifted));
  scheduling.timeline.push({ ...last(scheduling.timeline), version: 4 });
  for (const { event } of [cancelled, lifted]) {
    // Its inbox and its effects are one list here.
    payouts.inbox.push({ consumer: 'payouts-schedule', eventId: event.id });
  }
  for (const each of [...scheduling.assignments, ...payouts.views, ...reminders.records]) each.version = 4;
  state.losses = [{ of: ['assignment'], from: 10, until: 20 }];
  const lost = {
    aggregate: 'assignment',
    id: assignmentId,
    version: 3,
    command: 'cancel',
    call: 12,
    return: 13,
  } as const;
  state.accepted = [...state.accepted, lost];
  state.clients = { ...state.clients, feeds: [follower(Object.values(streams).flat())] };
  return { state, cancelled, lifted, lost };
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (!item) throw new Error('There is none.');
  return item;
}

test('checkInvariants allows a database to forget what its repair has withdrawn', () => {
  expect(checkInvariants(restoredState().state)).toEqual([]);
});

const badRepairs: [Invariant, what: string, damage: (restored: ReturnType<typeof restoredState>) => unknown][] = [
  ['I1', 'a command that was answered before the loss is gone', ({ lost }) => Object.assign(lost, { return: 9 })],
  ['I1', 'a command that was sent after the repair is gone', ({ lost }) => Object.assign(lost, { call: 21 })],
  ['I1', 'a payout that lost nothing is gone', ({ lost }) => Object.assign(lost, { aggregate: 'payout' })],
  [
    'I2',
    'the stream has an event that nobody has withdrawn',
    ({ state }) => Object.assign(state.scheduling, { withdrawn: new Set() }),
  ],
  [
    'I2',
    'no later event names what is withdrawn',
    ({ lifted }) => Object.assign(lifted.event.data, { withdrawnEventIds: [] }),
  ],
  ['I3', 'the repair has used a version again', ({ lifted }) => Object.assign(lifted.event, { sequence: 3 })],
  ['I3', 'the timeline lacks another version', ({ state }) => state.scheduling.timeline.splice(1, 1)],
  [
    'I4',
    'a window that was said again is announced again',
    ({ state: { streams } }) => {
      const data = { kind: 'upcoming-1h', window };
      const [due] = streams.REMINDER.filter(({ event }) => event.type === 'reminder.due');
      Object.assign(due?.event.data ?? {}, data);
      const again = { ...data, reminderId: `${assignmentId}:4:upcoming-1h`, scheduleVersion: 4 };
      streams.REMINDER.push(message('REMINDER', 3, 'reminder.due', again));
    },
  ],
  [
    'I6',
    'a payment that was lost is made again',
    ({ state: { streams } }) => {
      for (const paymentReference of ['first', 'second'])
        streams.PAYOUT.push(message('PAYOUT', 2, 'payout.paid', { paymentReference }));
    },
  ],
  [
    'I8',
    'a consumer takes the repair for a contradiction',
    ({ state, lifted }) =>
      state.deadLetters.push({
        ...{ consumer: 'payouts-schedule', stream: 'SCHEDULE', sequence: 4, eventId: lifted.event.id },
        reason: 'contradicts version 4: known as event x',
      }),
  ],
  [
    'I8',
    'an assignment that scheduling forgot is not cancelled',
    ({ state }) => state.payouts.views.push({ assignmentId: randomUUID(), version: 2, status: 'CONFIRMED' }),
  ],
];

test.each(badRepairs)('checkInvariants reports %s when %s after a restore', (invariant, _what, damage) => {
  const restored = restoredState();
  damage(restored);
  expect(checkInvariants(restored.state).map((violation) => violation.invariant)).toContain(invariant);
});
