import type { ReminderState } from '@punctual/contracts';
import { type OutboxEntry, reminderId } from './outbox-entry.ts';
import type { PlannedReminder } from './planned-reminder.ts';

/** One reminder in the ledger, from its planning to its end. */
export type LedgerRow = PlannedReminder & {
  /** `assignmentId:scheduleVersion:kind`. */
  id: string;
  assignmentId: string;
  scheduleVersion: number;
  state: ReminderState;
  sentAt: Temporal.Instant | null;
  /** Its delay was reported, whatever its state is now. */
  overdue: boolean;
  /** Of the event that planned it, so that what the clock does hours later stays in its trace. */
  traceparent: string | null;
  /** Which worker is sending it, and until when the others leave it alone. */
  claim: RowClaim | null;
};

export type RowClaim = { id: string; until: Temporal.Instant };

/** The row that an entry begins, if it begins one. */
export function newRow(assignmentId: string, entry: OutboxEntry): LedgerRow | undefined {
  if (!('planned' in entry) || entry.planned === null) return undefined;
  const { scheduleVersion, kind, traceparent } = entry;
  return {
    ...entry.planned,
    id: reminderId(assignmentId, scheduleVersion, kind),
    assignmentId,
    scheduleVersion,
    state: entry.planned.suppressedBecause === null ? 'PLANNED' : 'SUPPRESSED',
    sentAt: null,
    overdue: false,
    traceparent,
    claim: null,
  };
}
