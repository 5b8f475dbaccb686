import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TimeRange } from './assignment.ts';
import { freeIntervals, nearestFreeWindows } from './free-windows.ts';

const at = (minute: number) => Temporal.Instant.fromEpochMilliseconds(minute * 60_000);
const interval = (start: number, end: number): TimeRange => ({ start: at(start), end: at(end) });
const minutes = ({ start, end }: TimeRange) => [start.epochMilliseconds / 60_000, end.epochMilliseconds / 60_000];

/** Busy intervals, sorted and apart or touching. */
const busyDays = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 120 })), { maxLength: 12 }).map((steps) => {
  let from = -100;
  return steps.map(([gap, length]) => {
    const busy = interval(from + gap, from + gap + length);
    from += gap + length;
    return busy;
  });
});

describe('free intervals', () => {
  test('leave out busy times, also at the edges, and short gaps', () => {
    const busy = [interval(-10, 30), interval(60, 90), interval(90, 120), interval(140, 300)];
    expect(freeIntervals(busy, interval(0, 200), 30).map(minutes)).toEqual([[30, 60]]);
    expect(freeIntervals(busy, interval(0, 200), 20).map(minutes)).toEqual([
      [30, 60],
      [120, 140],
    ]);
    expect(freeIntervals([], interval(0, 200), 60).map(minutes)).toEqual([[0, 200]]);
  });

  test('and busy intervals together make up the whole range', () => {
    fc.assert(
      fc.property(busyDays, (busy) => {
        const range = interval(0, 1_000);
        const free = freeIntervals(busy, range, 1);
        const covered = (minute: number) => (each: TimeRange) => {
          const [start = 0, end = 0] = minutes(each);
          return start <= minute && minute < end;
        };
        for (let minute = 0; minute < 1_000; minute += 7) {
          expect(free.some(covered(minute))).toBe(!busy.some(covered(minute)));
        }
      }),
    );
  });
});

describe('the nearest free windows', () => {
  test('lie before and after the conflicting one', () => {
    const offers = nearestFreeWindows(interval(100, 160), [interval(90, 150)], interval(0, 1_000));
    expect(offers.map(minutes)).toEqual([
      [150, 210],
      [30, 90],
      [210, 270],
    ]);
  });

  test('are as long as requested, free, disjoint, within the range and sorted by distance', () => {
    fc.assert(
      fc.property(busyDays, fc.nat(900), fc.integer({ min: 30, max: 90 }), (busy, from, length) => {
        const wanted = interval(from, from + length);
        const offers = nearestFreeWindows(wanted, [...busy], interval(0, 900)).map(minutes);
        const distances = offers.map(([start = 0]) => Math.abs(start - from));
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
        for (const [index, [start = 0, end = 0]] of offers.entries()) {
          expect(end - start).toBe(length);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start).toBeLessThanOrEqual(900);
          const others = [...busy.map(minutes), ...offers.slice(index + 1)];
          expect(others.some(([s = 0, e = 0]) => start < e && s < end)).toBe(false);
        }
      }),
    );
  });
});
