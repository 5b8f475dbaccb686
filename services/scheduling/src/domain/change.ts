import type { Actor, DisputeKind, ProposedBy, RejectOutcome, ScheduleEventType } from '@punctual/contracts';
import type { Assignment } from './assignment.ts';

/** One accepted change of an assignment: one version, one timeline item, one event. */
export type Change = {
  readonly type: ScheduleEventType;
  readonly actor: Actor;
  readonly at: Temporal.Instant;
  readonly reason: string | null;
  readonly before: Assignment;
  readonly after: Assignment;
  readonly outcome: RejectOutcome | null;
  readonly nextAssignmentId: string | null;
  /** Of a dispute. */
  readonly kind?: DisputeKind;
};

type ChangeDetails = Pick<Change, 'type' | 'actor' | 'at'> &
  Partial<Pick<Change, 'reason' | 'outcome' | 'nextAssignmentId' | 'kind'>>;

/** Takes the assignment one version further. */
export function change(before: Assignment, details: ChangeDetails, fields: Partial<Assignment>): Change {
  const after = { ...before, ...fields, scheduleVersion: before.scheduleVersion + 1, updatedAt: details.at };
  return { reason: null, outcome: null, nextAssignmentId: null, ...details, before, after };
}

/** What is left of a schedule when its window is gone. */
export const noWindow = {
  scheduledStart: null,
  scheduledEnd: null,
  scheduleProposedBy: null,
  scheduleNotes: null,
  proposalExpiresAt: null,
  confirmedAt: null,
} as const satisfies Partial<Assignment>;

/** The side that a role speaks for. */
export function sideOf(role: Actor['role']): ProposedBy {
  if (role === 'customer') return 'CUSTOMER';
  return role === 'provider' ? 'PROVIDER' : 'SYSTEM';
}
