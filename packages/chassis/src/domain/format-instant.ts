import type { Instant } from '@punctual/contracts';

/** RFC 3339 in UTC, always with milliseconds, as the API and events show an instant. */
export function formatInstant(instant: Temporal.Instant): Instant {
  return instant.toString({ smallestUnit: 'millisecond' });
}
