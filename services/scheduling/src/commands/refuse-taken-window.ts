import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import type { Assignment, Interval } from '../domain/assignment.ts';
import { windowOf } from '../domain/assignment.ts';
import type { Decision } from '../domain/decide.ts';
import { formatInterval } from '../domain/format-time.ts';
import { nearestFreeWindows } from '../domain/free-windows.ts';
import type { ProposalRules } from '../domain/propose.ts';
import { startsWithin } from '../domain/wanted-window.ts';
import { confirmedWindows } from '../persistence/assignments.ts';

/**
 * Refuses a proposal that the provider has no time for. A confirmation is looked at only once the database has refused it
 * (`confirming`): the constraint decides, this finds the words.
 * @throws DomainError `window-taken`, with the window in the way and the nearest free ones
 */
export async function refuseTakenWindow(
  em: EntityManager,
  { rules }: { rules: ProposalRules },
  { decision, now, confirming }: { decision: Decision; now: Temporal.Instant; confirming: boolean },
): Promise<void> {
  const after = decision.changes.at(-1)?.after;
  const wanted = after && windowOf(after);
  const judged = after?.status === 'PROPOSED' || (confirming && after?.status === 'CONFIRMED');
  if (!wanted || !judged) return;
  const { providerId, id: exceptAssignmentId } = after;
  const [conflict] = await confirmedWindows(em, { providerId, range: wanted, exceptAssignmentId, limit: 1 });
  if (!conflict) return;
  throw new DomainError('window-taken', 'The provider has another confirmed window at that time.', {
    conflict: formatInterval(conflict),
    freeWindows: (await findFreeWindows(em, after, wanted, startsWithin(now, rules))).map(formatInterval),
  });
}

async function findFreeWindows(
  em: EntityManager,
  { providerId, id: exceptAssignmentId }: Assignment,
  wanted: Interval,
  startsIn: Interval,
): Promise<Interval[]> {
  const range = { start: startsIn.start, end: startsIn.end.add(wanted.start.until(wanted.end)) };
  const busy = await confirmedWindows(em, { providerId, range, exceptAssignmentId });
  return nearestFreeWindows(wanted, busy, startsIn);
}
