import { DomainError } from '@punctual/chassis/domain';
import type { Interval } from '@punctual/contracts';
import type { AssignmentCaller } from '../domain/authorize.ts';
import { formatInterval } from '../domain/format-time.ts';
import { freeIntervals, inQuarterHours } from '../domain/free-windows.ts';
import { horizon, type WindowLimits } from '../domain/wanted-window.ts';
import { confirmedWindows } from '../persistence/assignments.ts';
import type { QueryDeps } from './get-assignment.ts';

const daysShown = 7;

/**
 * Lists when a provider is free, from now or later and within the horizon. Only that provider and
 * ops see it to the millisecond, the others in quarter-hours.
 * @throws DomainError `forbidden`
 */
export async function listFreeWindows(
  deps: QueryDeps & { rules: WindowLimits },
  caller: AssignmentCaller,
  providerId: string,
  query: { from?: string | undefined; to?: string | undefined; minutes: number },
): Promise<Interval[]> {
  const { id, roles } = caller;
  if (!roles.some((role) => role !== 'finance')) {
    throw new DomainError('forbidden', 'This list is for customers, providers and ops.');
  }
  const isExact = roles.includes('ops') || (roles.includes('provider') && id === providerId);
  const now = deps.now();
  const latest = horizon(now, deps.rules);
  const from = query.from ? Temporal.Instant.from(query.from) : now;
  const start = Temporal.Instant.compare(from, now) < 0 ? now : from;
  const to = query.to ? Temporal.Instant.from(query.to) : start.add({ hours: 24 * daysShown });
  const end = Temporal.Instant.compare(to, latest) > 0 ? latest : to;
  if (Temporal.Instant.compare(start, end) >= 0) return [];
  const busy = await confirmedWindows(deps.database, { providerId, range: { start, end } });
  const show = isExact ? undefined : inQuarterHours;
  return freeIntervals(busy, { start, end }, query.minutes, show).map(formatInterval);
}
