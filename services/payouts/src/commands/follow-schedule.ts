import type { Received, Refusal } from '@punctual/chassis';
import { findContradiction } from '@punctual/chassis/domain';
import {
  type AggregateChange,
  type CommandDeps,
  inboxDelete,
  inboxInsert,
  type Statement,
} from '@punctual/chassis/postgres';
import type { ScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent, type FollowedAssignment } from '../domain/apply-schedule-event.ts';
import type { PayoutState } from '../domain/payout.ts';
import { saveViews } from '../persistence/assignment-views.ts';
import { type ErasureColumns, selectErasures, withoutErased } from '../persistence/erased-people.ts';
import { type FollowedRows, insertUnknown, lockFollowed, toFollowed } from '../persistence/followed-assignments.ts';
import { changeOf, savePayouts } from '../persistence/payout-aggregate.ts';
import { saveTitles } from '../persistence/payouts.ts';

export type FollowScheduleDeps = CommandDeps & { consumer: string; twoPersonMinor: number };

/**
 * Applies events of assignments, each once, in one transaction: updates what is known of the
 * assignments, and moves their payouts. Locks on the assignments let several instances work on the
 * events of one assignment at once.
 * @returns refusals of events whose version is known with another event; they change nothing
 */
export async function followSchedule(
  deps: FollowScheduleDeps,
  messages: readonly Received<ScheduleEvent>[],
): Promise<readonly Refusal[]> {
  const { database, relay, consumer, newId } = deps;
  const refusals = await database.transaction(async (transaction) => {
    const [recorded, , views, payouts, holds, , erasures] = await transaction.batch<Rows>(readsOf(consumer, messages));
    const newIds = new Set(recorded.map(({ event_id }) => event_id));
    const unprocessed = messages.filter(({ event }) => newIds.has(event.id));
    if (unprocessed.length === 0) return [];

    const followed = toFollowed([views, payouts, holds]);
    const refused: Refusal[] = [];
    const changes = withoutErased(unprocessed, erasures).flatMap((message) => {
      const refusal = refuse(followed, message);
      if (refusal === undefined) return follow(followed, message, deps);
      refused.push(refusal);
      return [];
    });
    const updated = [...followed.values()].map(({ view }) => view);
    await transaction.commit([
      ...saveViews(updated),
      ...savePayouts(changes, { newId }),
      saveTitles(updated.map(({ assignmentId }) => assignmentId)),
      ...inboxDelete(consumer, ...refused.map(({ id }) => id)),
    ]);
    return refused;
  });
  relay.wake();
  return refusals;
}

type Rows = [{ event_id: string }[], never[], ...FollowedRows, object[], ErasureColumns[]];

/** Locks and reads everything in one round trip, also for events that turn out to be repeated. */
function readsOf(consumer: string, messages: readonly Received<ScheduleEvent>[]): Statement[] {
  const ids = messages.map(({ event }) => event.data.assignmentId);
  const recorded = inboxInsert(consumer, ...messages.map(({ event }) => event.id));
  return [recorded, insertUnknown(ids), ...lockFollowed(ids), ...selectErasures(messages)];
}

function refuse(
  followed: ReadonlyMap<string, FollowedAssignment>,
  { event: { id, data } }: Received<ScheduleEvent>,
): Refusal | undefined {
  const ids = followed.get(data.assignmentId)?.view.eventIds ?? {};
  const reason = findContradiction(ids, data.scheduleVersion, id);
  return reason === undefined ? undefined : { id, cause: 'contradiction', reason };
}

/** Applies an event to its assignment in `followed`. Returns the changes of the payout. */
function follow(
  followed: Map<string, FollowedAssignment>,
  { event, traceparent }: Received<ScheduleEvent>,
  { twoPersonMinor, now, newId }: FollowScheduleDeps,
): AggregateChange<PayoutState>[] {
  const { assignmentId, actor, reason } = event.data;
  const known = followed.get(assignmentId);
  if (!known) throw new Error(`Assignment ${assignmentId} is not locked.`);
  const { view, versions } = applyScheduleEvent(known, event, { id: newId(), twoPersonMinor }, now());
  followed.set(assignmentId, { view, payout: versions.at(-1) ?? known.payout });
  const cause = { actor, source: 'EVENT', reason, traceparent } as const;
  return versions.map((after, index) => changeOf(versions[index - 1] ?? known.payout, after, cause));
}
