import type { ScheduleEvent, ScheduleEventType } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs, scheduleEvent, windowAt } from '../../test/schedule-events.ts';
import { type AssignmentRecord, applyScheduleEvent, type Move } from './assignment.ts';
import type { PlanRules } from './planned-reminder.ts';

const rules: PlanRules = {
  proposalTtlMs: 72 * hourMs,
  respondLastLeadMs: 2 * hourMs,
  upcoming24hLeadMs: 24 * hourMs,
  upcoming1hLeadMs: hourMs,
  minGapMs: 30 * minuteMs,
};
const now = Temporal.Instant.from('2026-11-28T08:00:00.000Z');
const moment = { now, traceparent: null };
const window = windowAt(now, 10 * 24 * hourMs);

const decide = (record: AssignmentRecord | undefined, event: ScheduleEvent) =>
  applyScheduleEvent(record, event, rules, moment);

/** What the store does with a move. */
function after(record: AssignmentRecord | undefined, move: Move | undefined): AssignmentRecord {
  if (move === undefined) {
    if (record === undefined) throw new Error('a first event always moves');
    return record;
  }
  const { entries, ...fields } = move;
  return {
    ...fields,
    assignmentId: 'a',
    sequence: (record?.sequence ?? 0) + entries.length,
    outbox: [...(record?.outbox ?? []), ...entries],
  };
}

const proposed = (version: number, proposedBy: 'CUSTOMER' | 'PROVIDER' | 'SYSTEM' = 'CUSTOMER') =>
  scheduleEvent('schedule.proposed', version, { time: now, window, proposedBy });
const confirmed = (version: number) => scheduleEvent('schedule.confirmed', version, { time: now, window });
const decisions = (move: Move | undefined) =>
  move?.entries.map((entry) => [entry.key, 'because' in entry ? entry.because : null]);

test('the first event opens its reminders and announces each', () => {
  const move = decide(undefined, proposed(1));
  expect(move?.open).toEqual(['respond', 'respond-last']);
  expect(decisions(move)).toEqual([
    ['1:respond:reminder.queued', null],
    ['1:respond-last:reminder.queued', null],
  ]);
});

test('a duplicate and an older event change nothing', () => {
  const record = after(undefined, decide(undefined, confirmed(2)));
  expect(decide(record, confirmed(2))).toBeUndefined();
  expect(decide(record, proposed(1))).toBeUndefined();
});

test("the other side's dispute adds a version and suppresses nothing", () => {
  const record = after(undefined, decide(undefined, confirmed(2)));
  const first = decide(record, scheduleEvent('schedule.disputed', 3));
  expect(decisions(first)?.every(([, because]) => because === 'DISPUTED')).toBe(true);
  const disputed = after(record, first);
  const second = decide(disputed, scheduleEvent('schedule.disputed', 4));
  expect(second).toMatchObject({ version: 4, open: [], entries: [] });
});

test('a tombstone that arrives first overrules older events', () => {
  const record = after(undefined, decide(undefined, scheduleEvent('schedule.cancelled', 3)));
  expect(record).toMatchObject({ version: 3, open: [], sequence: 0, outbox: [] });
  expect(decide(record, confirmed(2))).toBeUndefined();
});

describe('open reminders are suppressed', () => {
  const waiting = (by: 'CUSTOMER' | 'PROVIDER' | 'SYSTEM') => after(undefined, decide(undefined, proposed(1, by)));
  const agreed = after(undefined, decide(undefined, confirmed(1)));
  const reasons = (record: AssignmentRecord, event: ScheduleEvent) =>
    new Set(decide(record, event)?.entries.flatMap((entry) => ('because' in entry ? entry.because : [])));

  test('as answered by a confirm', () => {
    expect(reasons(waiting('CUSTOMER'), confirmed(2))).toEqual(new Set(['ANSWERED']));
  });

  test.each([
    ['CUSTOMER', 'PROVIDER', 'ANSWERED'],
    ['PROVIDER', 'CUSTOMER', 'ANSWERED'],
    ['SYSTEM', 'CUSTOMER', 'ANSWERED'],
    ['CUSTOMER', 'CUSTOMER', 'RESCHEDULED'],
    ['PROVIDER', 'SYSTEM', 'RESCHEDULED'],
    ['SYSTEM', 'SYSTEM', 'RESCHEDULED'],
  ] as const)('when a proposal of %s is followed by one of %s, as %s', (first, second, because) => {
    expect(reasons(waiting(first), proposed(2, second))).toEqual(new Set([because]));
  });

  test('as rescheduled by a new proposal on a confirmed window', () => {
    expect(reasons(agreed, proposed(2, 'PROVIDER'))).toEqual(new Set(['RESCHEDULED']));
  });

  test.each([
    ['schedule.rejected', 'REJECTED'],
    ['schedule.cancelled', 'CANCELLED'],
    ['schedule.expired', 'EXPIRED'],
    ['schedule.completed', 'COMPLETED'],
    ['schedule.disputed', 'DISPUTED'],
  ] as const)('by %s as %s', (type, because) => {
    expect(reasons(agreed, scheduleEvent(type, 2))).toEqual(new Set([because]));
  });

  test('only when they are still open', () => {
    const sent: AssignmentRecord = { ...agreed, open: ['upcoming-1h'] };
    expect(decisions(decide(sent, scheduleEvent('schedule.cancelled', 2)))).toEqual([
      ['1:upcoming-1h:reminder.suppressed', 'CANCELLED'],
    ]);
  });
});

test('events in any order and number move the record only forward, and decide each thing once', () => {
  const types: ScheduleEventType[] = ['schedule.proposed', 'schedule.confirmed', 'schedule.rejected'];
  const deliveries = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(deliveries, (versions) => {
      let record: AssignmentRecord | undefined;
      for (const version of versions) {
        const type = types[version % 3] ?? 'schedule.proposed';
        const before = record?.version ?? 0;
        record = after(record, decide(record, scheduleEvent(type, version, { time: now, window })));
        expect(record.version).toBe(Math.max(before, version));
      }
      const keys = record?.outbox.map(({ key }) => key) ?? [];
      expect(new Set(keys).size).toBe(keys.length);
      expect(record?.sequence).toBe(keys.length);
    }),
  );
});
