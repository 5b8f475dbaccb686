import type { TimeRange } from './assignment.ts';

/**
 * Finds the parts of `range` that no busy interval overlaps and that last at least `minutes`.
 * @param busy sorted by start, not overlapping each other
 * @param show what is shown of a stretch, before its length counts
 */
export function freeIntervals(
  busy: readonly TimeRange[],
  range: TimeRange,
  minutes: number,
  show: (free: TimeRange) => TimeRange | undefined = (free) => free,
): TimeRange[] {
  const free: TimeRange[] = [];
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
 * Shrinks an interval to whole quarter-hours, so that it does not reveal when exactly a visit begins or
 * ends. Undefined when nothing is left.
 */
export function inQuarterHours({ start, end }: TimeRange): TimeRange | undefined {
  const from = Math.ceil(start.epochMilliseconds / quarterMs) * quarterMs;
  const until = Math.floor(end.epochMilliseconds / quarterMs) * quarterMs;
  if (from >= until) return undefined;
  return {
    start: Temporal.Instant.fromEpochMilliseconds(from),
    end: Temporal.Instant.fromEpochMilliseconds(until),
  };
}

/**
 * Finds windows as long as the wanted one at the nearest free times, nearest first. Each gap offers the
 * time next to the wanted one, then times further away.
 * @param busy sorted by start, not overlapping each other
 * @param startsWithin when a window may start
 */
export function nearestFreeWindows(
  wanted: TimeRange,
  busy: readonly TimeRange[],
  startsWithin: TimeRange,
  count = 3,
): TimeRange[] {
  const length = wanted.start.until(wanted.end);
  const minutes = length.total('minutes');
  const range = { start: startsWithin.start, end: startsWithin.end.add(length) };
  const distance = ({ start }: TimeRange) => Math.abs(start.epochMilliseconds - wanted.start.epochMilliseconds);

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
