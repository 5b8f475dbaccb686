import type { Interval } from './assignment.ts';

/**
 * The stretches of `range` that no busy interval touches and that last at least `minutes`.
 * @param busy sorted by start, not overlapping each other
 * @param show what is shown of a stretch, before its length counts
 */
export function freeIntervals(
  busy: readonly Interval[],
  range: Interval,
  minutes: number,
  show: (free: Interval) => Interval | undefined = (free) => free,
): Interval[] {
  const free: Interval[] = [];
  let from = range.start;
  const keep = (until: Temporal.Instant) => {
    const shown = show({ start: from, end: until });
    if (!shown) return;
    const lengthMs = shown.end.epochMilliseconds - shown.start.epochMilliseconds;
    if (lengthMs >= minutes * 60_000) free.push(shown);
  };
  for (const { start, end } of busy) {
    keep(earlier(start, range.end));
    from = later(from, end);
  }
  keep(range.end);
  return free;
}

const quarterMs = 15 * 60_000;

/**
 * What is left of an interval in whole quarter-hours, so that it does not show when exactly a visit ends or begins: the start is rounded
 * up and the end down. Undefined when nothing is left.
 */
export function inQuarterHours({ start, end }: Interval): Interval | undefined {
  const from = Math.ceil(start.epochMilliseconds / quarterMs) * quarterMs;
  const until = Math.floor(end.epochMilliseconds / quarterMs) * quarterMs;
  if (from >= until) return undefined;
  return {
    start: Temporal.Instant.fromEpochMilliseconds(from),
    end: Temporal.Instant.fromEpochMilliseconds(until),
  };
}

/**
 * Windows as long as the wanted one, at the free times nearest to it, nearest first. Each gap offers the place next to the wanted
 * one, and behind it places further away.
 * @param busy sorted by start, not overlapping each other
 * @param startsWithin when a window may start
 */
export function nearestFreeWindows(
  wanted: Interval,
  busy: readonly Interval[],
  startsWithin: Interval,
  count = 3,
): Interval[] {
  const length = wanted.start.until(wanted.end);
  const minutes = length.total('minutes');
  const range = { start: startsWithin.start, end: startsWithin.end.add(length) };
  const distance = ({ start }: Interval) => Math.abs(start.epochMilliseconds - wanted.start.epochMilliseconds);

  const offers = freeIntervals(busy, range, minutes).flatMap((gap) => {
    const ahead = Temporal.Instant.compare(gap.start, wanted.start) > 0;
    const places = Math.min(count, Math.floor(gap.start.until(gap.end).total('minutes') / minutes));
    return Array.from({ length: places }, (_, index) => {
      const offset = Temporal.Duration.from({ milliseconds: index * length.total('milliseconds') });
      const start = ahead ? gap.start.add(offset) : gap.end.subtract(length).subtract(offset);
      return { start, end: start.add(length) };
    });
  });
  return offers.toSorted((a, b) => distance(a) - distance(b)).slice(0, count);
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b;
}
