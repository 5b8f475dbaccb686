import { randomUUIDv7 } from 'node:crypto';
import type { OutboxRelay, Received } from '@punctual/chassis';
import { commitWith, type Database, inTransaction, rememberNew } from '@punctual/chassis/postgres';
import type { ScheduleEvent } from '@punctual/contracts';
import { applyScheduleEvent, type Known } from '../domain/apply-schedule-event.ts';
import { withoutErased } from '../persistence/erased-people.ts';
import { lockKnown, type Step, writesOf } from '../persistence/followed-assignments.ts';

export type FollowDeps = { database: Database; relay: OutboxRelay; consumer: string; twoPersonMinor: number };

/**
 * Applies events of assignments, each once, all in one transaction: what they say is remembered, and what follows for the payouts is
 * saved and told. The locks on what is known let several instances work on the events of one assignment at once.
 */
export async function followSchedule(deps: FollowDeps, messages: readonly Received<ScheduleEvent>[]): Promise<void> {
  await inTransaction(deps.database, async (em) => {
    const news = await rememberNew(em, deps.consumer, messages);
    if (news.length === 0) return;

    const known = await lockKnown(
      em,
      news.map(({ event }) => event.data.assignmentId),
    );
    const steps = (await withoutErased(em, news)).flatMap((message) => follow(known, message, deps));
    await commitWith(em, writesOf([...known.values()], steps));
  });
  deps.relay.wake();
}

/** Moves what is known of the event's assignment on, and answers the steps of its payout. */
function follow(
  all: Map<string, Known>,
  { event, traceparent }: Received<ScheduleEvent>,
  { twoPersonMinor }: FollowDeps,
): Step[] {
  const { assignmentId, actor, reason } = event.data;
  const known = all.get(assignmentId);
  if (!known) throw new Error(`Assignment ${assignmentId} is not locked.`);
  const { view, versions } = applyScheduleEvent(known, event, { id: randomUUIDv7(), twoPersonMinor }, new Date());
  all.set(assignmentId, { view, payout: versions.at(-1) ?? known.payout });
  const change = { actor, source: 'EVENT', reason } as const;
  return versions.map((after, index) => ({ before: versions[index - 1] ?? known.payout, after, change, traceparent }));
}
