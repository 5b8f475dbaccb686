import type { ScheduleEvent } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs, scheduleEvent, windowAt } from '../../test/schedule-events.ts';
import { isBefore, msBetween } from './instants.ts';
import { mayRepeat, type PreviouslySent, plan } from './plan.ts';
import type { PlanRules } from './planned-reminder.ts';

const rules: PlanRules = {
  proposalTtlMs: 72 * hourMs,
  respondLastLeadMs: 2 * hourMs,
  upcoming24hLeadMs: 24 * hourMs,
  upcoming1hLeadMs: hourMs,
  minGapMs: 30 * minuteMs,
};
const now = Temporal.Instant.from('2026-11-28T08:00:00.000Z');
const after = (milliseconds: number) => now.add({ milliseconds });

const proposed = (startInMs: number, proposedBy: 'CUSTOMER' | 'PROVIDER' | 'SYSTEM' = 'CUSTOMER') =>
  scheduleEvent('schedule.proposed', 1, { time: now, window: windowAt(now, startInMs), proposedBy });
const confirmed = (startInMs: number) =>
  scheduleEvent('schedule.confirmed', 2, { time: now, window: windowAt(now, startInMs) });

/** Kind, due time relative to now, and the reason when it is never sent. */
const outline = (event: ScheduleEvent, at = now) =>
  plan(event, rules, at).map(({ kind, dueAt, suppressedBecause }) => [kind, msBetween(now, dueAt), suppressedBecause]);

describe('a proposal', () => {
  test('is reminded of half-way to its expiry, and two hours before it', () => {
    expect(outline(proposed(10 * 24 * hourMs))).toEqual([
      ['respond', 36 * hourMs, null],
      ['respond-last', 70 * hourMs, null],
    ]);
  });

  test('expires at its start when that comes before the time to live', () => {
    expect(outline(proposed(10 * hourMs))).toEqual([
      ['respond', 5 * hourMs, null],
      ['respond-last', 8 * hourMs, null],
    ]);
  });

  test.each([
    [4 * hourMs, 2 * hourMs],
    [45 * minuteMs, 22.5 * minuteMs],
  ])('for a start in %i ms has no last reminder, since it would come before the first', (startInMs, respondInMs) => {
    expect(outline(proposed(startInMs))).toEqual([
      ['respond-last', startInMs - 2 * hourMs, 'OVERTAKEN'],
      ['respond', respondInMs, null],
    ]);
  });

  test.each([
    ['CUSTOMER', ['PROVIDER']],
    ['PROVIDER', ['CUSTOMER']],
    ['SYSTEM', ['CUSTOMER', 'PROVIDER']],
  ] as const)('of %s is for those who have to answer', (proposedBy, audience) => {
    for (const reminder of plan(proposed(10 * 24 * hourMs, proposedBy), rules, now)) {
      expect(reminder.audience).toEqual(audience);
    }
  });

  test('that arrives after its expiry or start is not reminded of', () => {
    expect(outline(proposed(10 * 24 * hourMs), after(72 * hourMs)).map(([, , because]) => because)).toEqual([
      'EXPIRED',
      'EXPIRED',
    ]);
    expect(outline(proposed(10 * hourMs), after(10 * hourMs)).map(([, , because]) => because)).toEqual([
      'WINDOW_STARTED',
      'WINDOW_STARTED',
    ]);
  });
});

describe('a confirmed window', () => {
  test('is reminded of a day and an hour before its start, both sides', () => {
    const event = confirmed(48 * hourMs);
    expect(outline(event)).toEqual([
      ['upcoming-24h', 24 * hourMs, null],
      ['upcoming-1h', 47 * hourMs, null],
    ]);
    for (const reminder of plan(event, rules, now)) expect(reminder.audience).toEqual(['CUSTOMER', 'PROVIDER']);
  });

  test('45 minutes away is reminded of at once, and only by the reminder nearest to the start', () => {
    const event = confirmed(45 * minuteMs);
    expect(outline(event)).toEqual([
      ['upcoming-24h', -23.25 * hourMs, 'OVERTAKEN'],
      ['upcoming-1h', -15 * minuteMs, null],
    ]);
    expect(plan(event, rules, now)[1]?.sendAt.epochMilliseconds).toBe(now.epochMilliseconds);
  });

  test('that misses the first reminder still gets it if the second is at least 30 minutes away', () => {
    const because = (startInMs: number) => outline(confirmed(startInMs)).map(([, , reason]) => reason);
    expect(because(90 * minuteMs)).toEqual([null, null]);
    expect(because(90 * minuteMs - 1)).toEqual(['OVERTAKEN', null]);
  });

  test('that has started is not reminded of', () => {
    expect(outline(confirmed(hourMs), after(hourMs)).map(([, , because]) => because)).toEqual([
      'WINDOW_STARTED',
      'WINDOW_STARTED',
    ]);
  });
});

describe('a proposal after another one', () => {
  const sentAgo = (ms: number, audience: PreviouslySent['audience'] = ['PROVIDER']): PreviouslySent => ({
    kind: 'respond',
    window: windowAt(now, hourMs),
    sendAt: after(-ms),
    audience,
  });
  const respond = (startInMs: number, sent: PreviouslySent[]) =>
    plan(proposed(startInMs), rules, now, sent).find(({ kind }) => kind === 'respond')?.suppressedBecause;

  test('does not notify the same people again within the least gap', () => {
    expect(respond(10_000, [])).toBe(null);
    expect(respond(10_000, [sentAgo(8_000)])).toBe('OVERTAKEN');
    expect(respond(10_000, [sentAgo(8_000, ['CUSTOMER', 'PROVIDER'])])).toBe('OVERTAKEN');
    expect(respond(10_000, [sentAgo(30 * minuteMs)])).toBe(null);
    expect(respond(2 * hourMs, [sentAgo(8_000)])).toBe(null);
  });

  test('notifies the other side at any time', () => {
    expect(respond(10_000, [sentAgo(8_000, ['CUSTOMER'])])).toBe(null);
  });

  test('may repeat a reminder only when its own comes within the least gap', () => {
    expect(mayRepeat(proposed(hourMs - 1), rules, now)).toBe(true);
    expect(mayRepeat(proposed(hourMs), rules, now)).toBe(false);
    expect(mayRepeat(proposed(10 * 24 * hourMs), rules, now)).toBe(false);
  });
});

describe('a window that is confirmed again', () => {
  const event = confirmed(20 * hourMs);
  const window = windowAt(now, 20 * hourMs);
  const sentFor = (kind: PreviouslySent['kind'], of: PreviouslySent['window']): PreviouslySent => ({
    ...{ kind, window: of },
    sendAt: now,
    audience: ['CUSTOMER', 'PROVIDER'],
  });
  const again = (sent: readonly PreviouslySent[], next = event) =>
    plan(next, rules, now, sent).map(({ kind, suppressedBecause }) => [kind, suppressedBecause]);

  test('with the same start and end gets only the reminders that were never sent', () => {
    const day = sentFor('upcoming-24h', window);
    expect(again([])).toEqual([
      ['upcoming-24h', null],
      ['upcoming-1h', null],
    ]);
    expect(again([day])).toEqual([
      ['upcoming-24h', 'OVERTAKEN'],
      ['upcoming-1h', null],
    ]);
    expect(again([day, sentFor('upcoming-1h', window)], confirmed(20 * hourMs))).toEqual([
      ['upcoming-24h', 'OVERTAKEN'],
      ['upcoming-1h', 'OVERTAKEN'],
    ]);
  });

  test('with another start or end is reminded of again, whatever its zone', () => {
    const unchanged = [
      ['upcoming-24h', null],
      ['upcoming-1h', null],
    ];
    const later = { ...window, end: windowAt(now, 22 * hourMs).end };
    expect(again([sentFor('upcoming-24h', later)])).toEqual(unchanged);
    expect(again([sentFor('upcoming-24h', windowAt(now, 19 * hourMs))])).toEqual(unchanged);
    const sameInstants = { ...window, timezone: 'Asia/Tokyo' };
    expect(again([sentFor('upcoming-24h', sameInstants)])[0]).toEqual(['upcoming-24h', 'OVERTAKEN']);
  });

  test('may have been reminded of once its first reminder was due', () => {
    expect(mayRepeat(confirmed(24 * hourMs), rules, now)).toBe(true);
    expect(mayRepeat(confirmed(24 * hourMs + 1), rules, now)).toBe(false);
  });
});

test('an event that leaves no window plans nothing', () => {
  for (const type of [
    'schedule.rejected',
    'schedule.cancelled',
    'schedule.expired',
    'schedule.completed',
    'schedule.disputed',
  ] as const) {
    expect(plan(scheduleEvent(type, 3), rules, now)).toEqual([]);
  }
});

test('planning at any time sends at most one reminder at once, and none after its deadline', () => {
  const lead = fc.integer({ min: 0, max: 60 * 24 * 60 });
  fc.assert(
    fc.property(lead, lead, fc.boolean(), (startInMinutes, lateMinutes, isProposal) => {
      const startInMs = startInMinutes * minuteMs;
      const at = after(lateMinutes * minuteMs);
      const planned = plan(isProposal ? proposed(startInMs) : confirmed(startInMs), rules, at);
      const open = planned.filter(({ suppressedBecause }) => suppressedBecause === null);
      const atOnce = open.filter(({ dueAt }) => !isBefore(at, dueAt));
      expect(planned).toHaveLength(2);
      expect(atOnce.length).toBeLessThanOrEqual(1);
      for (const { sendAt, dueAt, deadline } of open) {
        expect(sendAt.epochMilliseconds).toBe(Math.max(dueAt.epochMilliseconds, at.epochMilliseconds));
        expect(msBetween(sendAt, deadline)).toBeGreaterThan(0);
      }
      for (const { sendAt } of open.filter(({ dueAt }) => isBefore(at, dueAt))) {
        if (atOnce.length === 1) expect(msBetween(at, sendAt)).toBeGreaterThanOrEqual(rules.minGapMs);
      }
    }),
  );
});
