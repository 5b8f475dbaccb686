import type { RemindersHealth } from '@punctual/client';
import type { ConsumerView, StreamsView, StreamView } from '@punctual/operations';
import { expect, test } from 'vitest';
import { eventsFlow, moneyWaitsForNobody, nothingIsDead, remindersOnTime } from './promises.ts';

const at = Temporal.Instant.from('2026-12-01T12:00:00Z');
const consumer = { name: 'payouts-schedule', pending: 0, ackPending: 0, oldestAt: null, isPaused: false };
const held = { messages: 0, used: 0.1 };

/** One stream, and the dead letters. */
function streams(
  own: Partial<ConsumerView> = {},
  stream: Partial<NonNullable<StreamView['held']>> | undefined = {},
  messages = 0,
): StreamsView {
  const views = [
    { name: 'SCHEDULE', held: { ...held, ...stream }, consumers: [{ ...consumer, ...own }] },
    { name: 'DLQ', held: { ...held, messages }, consumers: [] },
  ];
  return { at, streams: views as unknown as StreamView[] };
}

test.each([
  ['all is well', streams(), true, '1 consumer keeps up with 2 streams.'],
  ['a consumer is at work', streams({ pending: 9, oldestAt: '2026-12-01T11:59:30Z' }), true, '1 consumer keeps up'],
  [
    'a consumer is late',
    streams({ pending: 9, ackPending: 1, oldestAt: '2026-12-01T11:57:00Z' }),
    false,
    'payouts-schedule is 3 minutes behind, with 10 events.',
  ],
  ['a consumer is paused', streams({ isPaused: true }), false, 'payouts-schedule is paused.'],
  ['a stream is almost full', streams({}, { used: 0.85 }), false, 'The stream SCHEDULE is 85 % full.'],
])('when %s, the page says so of events', (_, view, kept, sentence) => {
  const found = eventsFlow(view);
  expect(found.kept).toBe(kept);
  expect(found.sentence).toContain(sentence);
});

test('a missing stream is named', () => {
  const view: StreamsView = { at, streams: [{ name: 'PAYOUT', held: undefined, consumers: [] }] };
  expect(eventsFlow(view)).toEqual({ kept: false, sentence: 'The stream PAYOUT does not exist.' });
});

test('dead letters are counted', () => {
  expect(nothingIsDead(streams())).toEqual({ kept: true, sentence: 'There are no dead letters.' });
  expect(nothingIsDead(streams({}, {}, 3)).sentence).toContain('3 dead letters');
});

test.each([
  [{ status: 'ok', overdue: 0, planned: 12 }, true, '12 reminders planned, none overdue.'],
  [{ status: 'degraded', overdue: 2, planned: 12 }, false, '2 reminders overdue.'],
  [{ status: 'degraded', overdue: 0, planned: 12 }, false, 'Reminders says that it is degraded.'],
  [undefined, false, 'Reminders does not answer'],
])('a health of %j is said in words', (health, kept, sentence) => {
  const found = remindersOnTime(health as RemindersHealth | undefined);
  expect(found.kept).toBe(kept);
  expect(found.sentence).toContain(sentence);
});

test.each([
  [undefined, true, 'No payout waits for approval.'],
  ['PT20M', true, 'The oldest payout has waited less than an hour for approval.'],
  ['PT35H', true, 'The oldest payout has waited 35 hours for approval.'],
  ['PT36H', false, 'The oldest payout has waited 36 hours for approval.'],
])('a payout that has waited %s is said in words', (waited, kept, sentence) => {
  const since = waited && at.subtract(waited).toString();
  expect(moneyWaitsForNobody(at, since)).toEqual({ kept, sentence });
});
