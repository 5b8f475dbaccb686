import type { Interval } from '@punctual/contracts';
import { formatInterval } from '../domain/format-time.ts';
import { freeIntervals } from '../domain/free-windows.ts';
import { horizon, type WindowLimits } from '../domain/wanted-window.ts';
import { confirmedWindows } from '../persistence/assignments.ts';
import type { QueryDeps } from './get-assignment.ts';

const daysShown = 7;

/** When a provider has time, from now or later and within the horizon. */
export async function listFreeWindows(
  deps: QueryDeps & { rules: WindowLimits },
  providerId: string,
  query: { from?: string | undefined; to?: string | undefined; minutes: number },
): Promise<Interval[]> {
  const now = deps.now();
  const latest = horizon(now, deps.rules);
  const from = query.from ? Temporal.Instant.from(query.from) : now;
  const start = Temporal.Instant.compare(from, now) < 0 ? now : from;
  const to = query.to ? Temporal.Instant.from(query.to) : start.add({ hours: 24 * daysShown });
  const end = Temporal.Instant.compare(to, latest) > 0 ? latest : to;
  if (Temporal.Instant.compare(start, end) >= 0) return [];
  const busy = await confirmedWindows(deps.database.fork(), { providerId, range: { start, end } });
  return freeIntervals(busy, { start, end }, query.minutes).map(formatInterval);
}
