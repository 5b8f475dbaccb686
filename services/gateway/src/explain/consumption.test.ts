import type { OutboxEvent } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { type ConsumerPosition, consumption, type DeadLetterFacts, type StreamFacts } from './consumption.ts';

const event: OutboxEvent = {
  id: '01936f2a-7c10-7000-8000-000000000005',
  type: 'schedule.confirmed',
  version: 2,
  traceId: null,
  createdAt: '2026-11-28T09:30:00.000Z',
  publishedAt: '2026-11-28T09:30:00.007Z',
  streamSequence: 17,
  consumers: [],
};

const payouts: ConsumerPosition = { name: 'payouts-schedule', filters: ['schedule.>'], ackFloor: 0, delivered: 0 };
const deadLetter: DeadLetterFacts = {
  sequence: 4,
  consumer: 'payouts-schedule',
  reason: 'no',
  at: '2026-11-28T09:31:00.000Z',
  eventId: event.id,
  origin: { stream: 'SCHEDULE', sequence: 17 },
};

const about = (changes: Partial<StreamFacts>): StreamFacts => ({
  stream: 'SCHEDULE',
  positions: [payouts],
  deadLetters: [],
  ...changes,
});
const statesOf = (facts: StreamFacts, follows: Parameters<typeof consumption>[2] = [], of = event) =>
  consumption(of, facts, follows).map(({ state }) => state);

test.each([
  [{ ackFloor: 17, delivered: 20 }, 'ACKED'],
  [{ ackFloor: 16, delivered: 17 }, 'DELIVERED'],
  [{ ackFloor: 16, delivered: 16 }, 'PENDING'],
])('a consumer at %o has the event %s', (position, state) => {
  expect(statesOf(about({ positions: [{ ...payouts, ...position }] }))).toEqual([state]);
});

test("a consumer's record counts before its position, even with an older message unacknowledged", () => {
  const facts = about({ positions: [{ ...payouts, ackFloor: 3, delivered: 17 }] });
  expect(statesOf(facts, [{ consumer: 'payouts-schedule', version: 2 }])).toEqual(['APPLIED']);
  expect(statesOf(facts, [{ consumer: 'payouts-schedule', version: 1 }])).toEqual(['DELIVERED']);
});

test('a dead letter counts first, whichever copy of the event it is of', () => {
  const follows = [{ consumer: 'payouts-schedule', version: 9 }];
  const replayed = { ...deadLetter, sequence: 5, origin: { stream: 'REPLAY', sequence: 1 } };
  expect(consumption(event, about({ deadLetters: [deadLetter, replayed] }), follows)).toEqual([
    { consumer: 'payouts-schedule', state: 'DEAD', deadLetter: { sequence: 5, reason: 'no', at: deadLetter.at } },
  ]);
});

test('an unreadable dead letter is matched by its sequence, and others by event and consumer', () => {
  const unreadable = { ...deadLetter, eventId: undefined };
  expect(statesOf(about({ deadLetters: [unreadable] }))).toEqual(['DEAD']);
  expect(statesOf(about({ deadLetters: [{ ...unreadable, origin: { stream: 'PAYOUT', sequence: 17 } }] }))).toEqual([
    'PENDING',
  ]);
  expect(statesOf(about({ deadLetters: [{ ...deadLetter, consumer: 'reminders-schedule' }] }))).toEqual(['PENDING']);
  expect(statesOf(about({ deadLetters: [{ ...deadLetter, eventId: crypto.randomUUID() }] }))).toEqual(['PENDING']);
});

test.each([
  [[], 1],
  [['schedule.*'], 1],
  [['schedule.proposed', 'schedule.confirmed'], 1],
  [['schedule.proposed'], 0],
  [['schedule.confirmed.>'], 0],
])('a consumer of %o consumes the event %i time(s)', (filters, count) => {
  expect(statesOf(about({ positions: [{ ...payouts, filters }] }))).toHaveLength(count);
});

test('an unpublished event has no consumers, and one without a sequence only those with a record', () => {
  expect(statesOf(about({}), [], { ...event, publishedAt: null, streamSequence: null })).toEqual([]);
  const before = { ...event, streamSequence: null };
  const others = { ...payouts, name: 'notifier', ackFloor: 99 };
  const follows = [{ consumer: 'payouts-schedule', version: 2 }];
  expect(statesOf(about({ positions: [payouts, others] }), follows, before)).toEqual(['APPLIED']);
});
