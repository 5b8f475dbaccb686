import { DomainError, formatInstant } from '@punctual/chassis/domain';
import type { Problem } from '@punctual/contracts';
import type { TimeRange } from './assignment.ts';
import { formatLocal } from './format-time.ts';

/** A window as a client writes it; without an offset, `start` and `end` are local times. */
export type WantedWindow = { start: string; end: string; timezone?: string | undefined };

/** The limits of a window (design §4.1). */
export type WindowLimits = { horizonDays: number; minMinutes: number; maxMinutes: number };

/** A proposal waits this long for its answer, and never beyond its own start (design §4.6). */
export type ProposalRules = WindowLimits & { proposalTtlHours: number };

/**
 * Reads a wanted window and checks it in the order of api.md, except against the provider's other
 * windows.
 * @param assignmentZone where local times are when the window names no zone of its own
 * @throws DomainError `unknown-timezone`, `nonexistent-local-time`, `window-in-past`, `window-too-far`,
 *   `window-too-short`, `window-too-long`
 */
export function readWindow(
  wanted: WantedWindow,
  assignmentZone: string,
  now: Temporal.Instant,
  limits: WindowLimits,
): TimeRange {
  const zone = wanted.timezone === undefined ? assignmentZone : requireTimeZone(wanted.timezone);
  const start = readTime(wanted.start, zone);
  const end = readTime(wanted.end, zone);
  refuseNonexistent({ start, end }, zone);
  refuseOutOfLimits({ start: start.instant, end: end.instant }, now, limits);
  return { start: start.instant, end: end.instant };
}

/**
 * The zone by its IANA name, in the usual spelling.
 * @throws DomainError `unknown-timezone`
 */
export function requireTimeZone(name: string): string {
  try {
    // Temporal also accepts a bare offset, which has no rules for a change of the clocks.
    if (/^[a-z]/i.test(name)) return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new DomainError('unknown-timezone', 'The time zone must be an IANA name such as Europe/Berlin.');
}

/** When a window may start, in whole minutes: the first of them is still to come. */
export function startsWithin(now: Temporal.Instant, limits: WindowLimits): TimeRange {
  const nextMinute = now.add({ milliseconds: 1 }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  return { start: nextMinute, end: horizon(now, limits) };
}

/** The latest moment at which a window may start. */
export function horizon(now: Temporal.Instant, { horizonDays }: WindowLimits): Temporal.Instant {
  return now.add({ hours: 24 * horizonDays });
}

type ReadTime = { instant: Temporal.Instant; exists: boolean };

function readTime(text: string, zone: string): ReadTime {
  const inMilliseconds = text.replace(/(\.\d{3})\d+/, '$1');
  if (/(Z|[+-]\d\d:\d\d)$/i.test(text)) return { instant: Temporal.Instant.from(inMilliseconds), exists: true };
  const local = Temporal.PlainDateTime.from(inMilliseconds);
  const zoned = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return { instant: zoned.toInstant(), exists: true };
  // In a gap, "earlier" is before it; the gap ends at the next change of offset.
  const afterGap = zoned.getTimeZoneTransition('next') ?? zoned;
  return { instant: afterGap.toInstant(), exists: false };
}

function refuseNonexistent({ start, end }: { start: ReadTime; end: ReadTime }, zone: string): void {
  if (start.exists && end.exists) return;
  throw new DomainError('nonexistent-local-time', `The clocks of ${zone} skip this local time.`, {
    nearestValid: {
      ...(!start.exists && { start: formatLocal(start.instant, zone) }),
      ...(!end.exists && { end: formatLocal(end.instant, zone) }),
    },
  });
}

function refuseOutOfLimits({ start, end }: TimeRange, now: Temporal.Instant, rules: WindowLimits): void {
  const { minMinutes, maxMinutes, horizonDays } = rules;
  const latest = horizon(now, rules);
  const limits: Problem['limits'] = {
    notBefore: formatInstant(now),
    notAfter: formatInstant(latest),
    minMinutes,
    maxMinutes,
  };
  if (Temporal.Instant.compare(start, now) <= 0) {
    throw new DomainError('window-in-past', 'The window must start in the future.', { limits });
  }
  if (Temporal.Instant.compare(start, latest) > 0) {
    throw new DomainError('window-too-far', `The window must start within the next ${horizonDays} days.`, { limits });
  }
  const lengthMs = end.epochMilliseconds - start.epochMilliseconds;
  if (lengthMs < minMinutes * 60_000) {
    throw new DomainError('window-too-short', `The window must last at least ${minMinutes} minutes.`, { limits });
  }
  // Also keeps the end before the year 10000 in every zone: neither events nor the store could hold it.
  if (lengthMs > maxMinutes * 60_000) {
    throw new DomainError('window-too-long', `The window must last at most ${maxMinutes} minutes.`, { limits });
  }
}
