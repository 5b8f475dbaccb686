import type { Window } from '@punctual/contracts';
import type { Interval } from './assignment.ts';

/** RFC 3339 in UTC, always with milliseconds. */
export function formatInstant(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'millisecond' });
}

/** The wall clock of the zone, with its offset; a fraction only when there is one. */
export function formatLocal(instant: Temporal.Instant, timezone: string): string {
  return instant.toZonedDateTimeISO(timezone).toString({ timeZoneName: 'never' });
}

export function formatInterval({ start, end }: Interval): { start: string; end: string } {
  return { start: formatInstant(start), end: formatInstant(end) };
}

/** A window as events tell it. */
export function formatWindow({ start, end }: Interval, timezone: string): Window {
  return {
    start: formatInstant(start),
    end: formatInstant(end),
    timezone,
    localStart: formatLocal(start, timezone),
    localEnd: formatLocal(end, timezone),
  };
}
