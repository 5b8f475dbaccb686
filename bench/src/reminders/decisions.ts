import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** What an event of reminders says of one decision. */
export type Decided = {
  type: string;
  assignmentId: string;
  scheduleVersion: number;
  kind: string;
  suppressedBecause: string | null;
  reminderSequence: number;
};

/** Of each assignment, everything that is on the stream of reminders, in the order in which it was decided. */
export async function readDecisions(connection: NatsConnection): Promise<Map<string, Decided[]>> {
  const manager = await jetstreamManager(connection);
  let left = (await manager.streams.info('REMINDER')).state.messages;
  const decided: Decided[] = [];
  const consumer = await jetstream(connection).consumers.get('REMINDER');
  for await (const message of await consumer.consume({ max_messages: 1_000 })) {
    const { type, data } = message.json<{ type: string; data: Omit<Decided, 'type'> }>();
    decided.push({ ...data, type });
    left -= 1;
    if (left === 0) break;
  }
  decided.sort((a, b) => a.reminderSequence - b.reminderSequence);
  return Map.groupBy(decided, ({ assignmentId }) => assignmentId);
}

/** How the race of one assignment ended: whether its last reminder was sent, and what must not happen. */
export type Ending = { sent: number; suppressed: number; sentAfterCancel: number; sentOfOlderVersion: number };

/**
 * A cancel is seen when it suppresses, or finds nothing open; a version is planned when the first decision of it is there. The
 * assignment's own sequence says what came first, whichever worker did it.
 * @param decisions of one assignment, in order
 * @param lastVersion the version that was cancelled
 */
export function endingOf(decisions: readonly Decided[], lastVersion: number): Ending {
  const due = decisions.filter(({ type }) => type === 'reminder.due');
  const cancelled = decisions.find(({ suppressedBecause }) => suppressedBecause === 'CANCELLED');
  const newest = decisions.find(({ scheduleVersion }) => scheduleVersion === lastVersion);
  const isAfter = (decision: Decided, other: Decided | undefined) =>
    other !== undefined && decision.reminderSequence > other.reminderSequence;
  return {
    sent: due.filter(({ scheduleVersion }) => scheduleVersion === lastVersion).length,
    suppressed: cancelled === undefined ? 0 : 1,
    sentAfterCancel: due.filter((decision) => isAfter(decision, cancelled)).length,
    sentOfOlderVersion: due.filter((each) => each.scheduleVersion < lastVersion && isAfter(each, newest)).length,
  };
}
