import type { ReminderKind, ReminderState, Side, SuppressedBecause, Window } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';

/** The record of an assignment; `_id` is the assignment's id. */
export type AssignmentDocument = Omit<AssignmentRecord, 'assignmentId'> & { _id: string };

/** A row of the ledger; `_id` is `assignmentId:scheduleVersion:kind`. */
export type ReminderDocument = {
  _id: string;
  assignmentId: string;
  scheduleVersion: number;
  kind: ReminderKind;
  state: ReminderState;
  suppressedBecause: SuppressedBecause | null;
  dueAt: Date;
  sendAt: Date;
  deadline: Date;
  sentAt: Date | null;
  /** Its delay was reported, whatever its state is now. */
  overdue: boolean;
  audience: Side[];
  window: Window;
  /** Of the event that planned it, so that what the clock does hours later stays in its trace. */
  traceparent: string | null;
  /** Which worker is sending it, and until when the others leave it alone. */
  claim: { id: string; until: Date } | null;
};

/** When something last happened, in any instance; of the heartbeat also how late it came. `writable`: the store was asked whether it takes writes. */
export type PulseDocument = { _id: 'heartbeat' | 'dispatch' | 'writable'; at: Date; lagMs?: number };
