import { formatInstant } from '@punctual/chassis/domain';
import type { Window } from '@punctual/contracts';
import type { TimeRange } from './assignment.ts';

/** The wall clock of the zone, with its offset; a fraction only when there is one. */
export function formatLocal(instant: Temporal.Instant, timezone: string): string {
  return instant.toZonedDateTimeISO(timezone).toString({ timeZoneName: 'never' });
}

export function formatInterval({ start, end }: TimeRange): { start: string; end: string } {
  return { start: formatInstant(start), end: formatInstant(end) };
}

/** A window in the form of events. */
export function formatWindow({ start, end }: TimeRange, timezone: string): Window {
  return {
    start: formatInstant(start),
    end: formatInstant(end),
    timezone,
    localStart: formatLocal(start, timezone),
    localEnd: formatLocal(end, timezone),
  };
}
