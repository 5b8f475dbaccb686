import type { OutboxEvent } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { type ConsumerPlace, consumption, type Facts, type Letter } from './consumption.ts';

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

const payouts: ConsumerPlace = { name: 'payouts-schedule', filters: ['schedule.>'], ackFloor: 0, delivered: 0 };
const letter: Letter = {
  sequence: 4,
  consumer: 'payouts-schedule',
  reason: 'no',
  at: '2026-11-28T09:31:00.000Z',
  eventId: event.id,
  origin: { stream: 'SCHEDULE', sequence: 17 },
};

const about = (changes: Partial<Facts>): Facts => ({ stream: 'SCHEDULE', places: [payouts], letters: [], ...changes });
const statesOf = (facts: Facts, follows: Parameters<typeof consumption>[2] = [], of = event) =>
  consumption(of, facts, follows).map(({ state }) => state);

test.each([
  [{ ackFloor: 17, delivered: 20 }, 'ACKED'],
  [{ ackFloor: 16, delivered: 17 }, 'DELIVERED'],
  [{ ackFloor: 16, delivered: 16 }, 'PENDING'],
])('a consumer at %o has it %s', (place, state) => {
  expect(statesOf(about({ places: [{ ...payouts, ...place }] }))).toEqual([state]);
});

test("a consumer's own record says more than its place: applied, even where an older message is still open", () => {
  const facts = about({ places: [{ ...payouts, ackFloor: 3, delivered: 17 }] });
  expect(statesOf(facts, [{ consumer: 'payouts-schedule', version: 2 }])).toEqual(['APPLIED']);
  expect(statesOf(facts, [{ consumer: 'payouts-schedule', version: 1 }])).toEqual(['DELIVERED']);
});

test('a dead letter says most, wherever the copy that died came from', () => {
  const follows = [{ consumer: 'payouts-schedule', version: 9 }];
  const replayed = { ...letter, sequence: 5, origin: { stream: 'REPLAY', sequence: 1 } };
  expect(consumption(event, about({ letters: [letter, replayed] }), follows)).toEqual([
    { consumer: 'payouts-schedule', state: 'DEAD', deadLetter: { sequence: 5, reason: 'no', at: letter.at } },
  ]);
});

test('a letter that nobody can read is known by its place; one of another event or consumer is not its', () => {
  const unreadable = { ...letter, eventId: undefined };
  expect(statesOf(about({ letters: [unreadable] }))).toEqual(['DEAD']);
  expect(statesOf(about({ letters: [{ ...unreadable, origin: { stream: 'PAYOUT', sequence: 17 } }] }))).toEqual([
    'PENDING',
  ]);
  expect(statesOf(about({ letters: [{ ...letter, consumer: 'reminders-schedule' }] }))).toEqual(['PENDING']);
  expect(statesOf(about({ letters: [{ ...letter, eventId: crypto.randomUUID() }] }))).toEqual(['PENDING']);
});

test.each([
  [[], 1],
  [['schedule.*'], 1],
  [['schedule.proposed', 'schedule.confirmed'], 1],
  [['schedule.proposed'], 0],
  [['schedule.confirmed.>'], 0],
])('a consumer of %o is told of %i', (filters, count) => {
  expect(statesOf(about({ places: [{ ...payouts, filters }] }))).toHaveLength(count);
});

test('of an event that was not published, nobody knows; of one without a place, only who keeps a record', () => {
  expect(statesOf(about({}), [], { ...event, publishedAt: null, streamSequence: null })).toEqual([]);
  const before = { ...event, streamSequence: null };
  const others = { ...payouts, name: 'notifier', ackFloor: 99 };
  const follows = [{ consumer: 'payouts-schedule', version: 2 }];
  expect(statesOf(about({ places: [payouts, others] }), follows, before)).toEqual(['APPLIED']);
});
