import { DomainError } from '@punctual/chassis/domain';
import type { Queryable } from '@punctual/chassis/postgres';
import { type AssignmentState, type TimeRange, windowOf } from '../domain/assignment.ts';
import type { AssignmentSituation, Decision } from '../domain/decide.ts';
import { formatInterval } from '../domain/format-time.ts';
import { nearestFreeWindows } from '../domain/free-windows.ts';
import { startsWithin } from '../domain/wanted-window.ts';
import { confirmedWindows } from '../persistence/assignments.ts';

/**
 * Refuses a decision whose window the provider has no time for.
 * @throws DomainError `window-taken`, with the window in the way and the nearest free ones
 */
export async function refuseTakenWindow(
  database: Queryable,
  { rules, now }: Pick<AssignmentSituation, 'rules' | 'now'>,
  { changes }: Decision,
): Promise<void> {
  const after = changes.at(-1)?.after;
  const wanted = after && windowOf(after);
  if (!wanted) return;
  const { providerId, id: exceptAssignmentId } = after;
  const [conflict] = await confirmedWindows(database, { providerId, range: wanted, exceptAssignmentId, limit: 1 });
  if (!conflict) return;
  throw new DomainError('window-taken', 'The provider has another confirmed window at that time.', {
    conflict: formatInterval(conflict),
    freeWindows: (await findFreeWindows(database, after, wanted, startsWithin(now, rules))).map(formatInterval),
  });
}

async function findFreeWindows(
  database: Queryable,
  { providerId, id: exceptAssignmentId }: AssignmentState,
  wanted: TimeRange,
  startsIn: TimeRange,
): Promise<TimeRange[]> {
  const range = { start: startsIn.start, end: startsIn.end.add(wanted.start.until(wanted.end)) };
  const busy = await confirmedWindows(database, { providerId, range, exceptAssignmentId });
  return nearestFreeWindows(wanted, busy, startsIn);
}
