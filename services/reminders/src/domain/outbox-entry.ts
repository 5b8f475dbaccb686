import type { ReminderKind, SuppressedBecause } from '@punctual/contracts';
import type { PlannedReminder } from './planned-reminder.ts';

/**
 * One decision about one reminder, which becomes one event. `key` is unique within the assignment,
 * for ever.
 */
export type OutboxEntry = {
  key: string;
  scheduleVersion: number;
  kind: ReminderKind;
  at: Temporal.Instant;
  /**
   * The trace that led to the decision; null for the clock's, which continue the trace of their
   * planning.
   */
  traceparent: string | null;
} & (
  | { type: 'reminder.queued'; planned: PlannedReminder }
  | { type: 'reminder.due' }
  | { type: 'reminder.overdue' }
  | { type: 'reminder.suppressed'; because: SuppressedBecause; planned: PlannedReminder | null }
);

/** The time and trace of a decision. */
export type DecisionContext = { now: Temporal.Instant; traceparent: string | null };

/** The id of a reminder in events and in the ledger. */
export function reminderId(assignmentId: string, scheduleVersion: number, kind: ReminderKind): string {
  return `${assignmentId}:${scheduleVersion}:${kind}`;
}

/** The fields that all entries have; also used for decisions on many assignments at once. */
export function entryOf<T extends OutboxEntry['type']>(
  type: T,
  scheduleVersion: number,
  kind: ReminderKind,
  occasion: DecisionContext,
) {
  return {
    key: `${scheduleVersion}:${kind}:${type}`,
    type,
    scheduleVersion,
    kind,
    at: occasion.now,
    traceparent: occasion.traceparent,
  };
}
