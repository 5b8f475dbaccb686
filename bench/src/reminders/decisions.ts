import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** One decision, as an event of reminders reports it. */
export type DecidedReminder = {
  type: string;
  assignmentId: string;
  scheduleVersion: number;
  kind: string;
  suppressedBecause: string | null;
  reminderSequence: number;
};

/** Reads all decisions from the REMINDER stream, by assignment and in order. */
export async function readDecisions(connection: NatsConnection): Promise<Map<string, DecidedReminder[]>> {
  const manager = await jetstreamManager(connection);
  let left = (await manager.streams.info('REMINDER')).state.messages;
  const decided: DecidedReminder[] = [];
  const consumer = await jetstream(connection).consumers.get('REMINDER');
  for await (const message of await consumer.consume({ max_messages: 1_000 })) {
    const { type, data } = message.json<{ type: string; data: Omit<DecidedReminder, 'type'> }>();
    decided.push({ ...data, type });
    left -= 1;
    if (left === 0) break;
  }
  decided.sort((a, b) => a.reminderSequence - b.reminderSequence);
  return Map.groupBy(decided, ({ assignmentId }) => assignmentId);
}

/** The outcome for one assignment; the last two must be 0. */
export type Ending = { sent: number; suppressed: number; sentAfterCancel: number; sentOfOlderVersion: number };

/**
 * The cancel counts as seen at its `CANCELLED` decision, a version as planned at its first
 * decision. The assignment's own sequence gives the order across workers.
 * @param decisions of one assignment, in order
 * @param lastVersion the version that was cancelled
 */
export function endingOf(decisions: readonly DecidedReminder[], lastVersion: number): Ending {
  const due = decisions.filter(({ type }) => type === 'reminder.due');
  const cancelled = decisions.find(({ suppressedBecause }) => suppressedBecause === 'CANCELLED');
  const newest = decisions.find(({ scheduleVersion }) => scheduleVersion === lastVersion);
  const isAfter = (decision: DecidedReminder, other: DecidedReminder | undefined) =>
    other !== undefined && decision.reminderSequence > other.reminderSequence;
  return {
    sent: due.filter(({ scheduleVersion }) => scheduleVersion === lastVersion).length,
    suppressed: cancelled === undefined ? 0 : 1,
    sentAfterCancel: due.filter((decision) => isAfter(decision, cancelled)).length,
    sentOfOlderVersion: due.filter((each) => each.scheduleVersion < lastVersion && isAfter(each, newest)).length,
  };
}
