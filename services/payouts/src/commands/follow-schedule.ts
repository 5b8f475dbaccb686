import type { Received, Refusal } from '@punctual/chassis';
import { findContradiction } from '@punctual/chassis/domain';
import { type AggregateChange, type CommandDeps, inboxDelete, recordInInbox } from '@punctual/chassis/postgres';
import type { ScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent, type FollowedAssignment } from '../domain/apply-schedule-event.ts';
import { unknownAssignment } from '../domain/assignment-view.ts';
import type { PayoutState } from '../domain/payout.ts';
import { saveViews } from '../persistence/assignment-views.ts';
import { type ErasureColumns, selectErasures, withoutErased } from '../persistence/erased-people.ts';
import { type FollowedRows, lockFollowed, toFollowed } from '../persistence/followed-assignments.ts';
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
    const reads = [...lockFollowed(messages), ...selectErasures(messages)];
    const { unprocessed, rows } = await recordInInbox<ScheduleEvent, Rows>(transaction, consumer, messages, reads);
    if (unprocessed.length === 0) return [];

    const [views, payouts, holds, , erasures] = rows;
    const known = toFollowed([views, payouts, holds]);
    const followed = new Map(known);
    const refused: Refusal[] = [];
    const changes = withoutErased(unprocessed, erasures).flatMap((message) => {
      const refusal = refuse(followed, message);
      if (refusal === undefined) return follow(followed, message, deps);
      refused.push(refusal);
      return [];
    });
    const moved = [...followed].filter(([id, each]) => each !== known.get(id)).map(([, each]) => each);
    await transaction.commit([
      ...saveViews(
        moved.map(({ view }) => view),
        (id) => known.has(id),
      ),
      ...savePayouts(changes, { newId }),
      ...saveTitles(moved.flatMap(changedTitle)),
      ...inboxDelete(consumer, ...refused.map(({ id }) => id)),
    ]);
    return refused;
  });
  relay.wake();
  return refusals;
}

type Rows = [...FollowedRows, object[], ErasureColumns[]];

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
  const known = followed.get(assignmentId) ?? { view: unknownAssignment(assignmentId), payout: undefined };
  const { view, versions } = applyScheduleEvent(known, event, { id: newId(), twoPersonMinor }, now());
  followed.set(assignmentId, { view, payout: versions.at(-1) ?? known.payout });
  const cause = { actor, source: 'EVENT', reason, traceparent } as const;
  return versions.map((after, index) => changeOf(versions[index - 1] ?? known.payout, after, cause));
}

/** The title of a payout that did not get it with a new version. */
function changedTitle({ view: { assignmentId, jobTitle }, payout }: FollowedAssignment) {
  return payout && payout.jobTitle !== jobTitle ? [{ assignmentId, jobTitle }] : [];
}
