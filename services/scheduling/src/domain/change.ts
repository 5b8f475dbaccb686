import type { Actor, DisputeKind, ProposedBy, RejectOutcome, ScheduleEventType } from '@punctual/contracts';
import { type AssignmentState, nextUpdate } from './assignment.ts';

/** One accepted change of an assignment: one version, one timeline item, one event. */
export type AcceptedChange = {
  readonly type: ScheduleEventType;
  readonly actor: Actor;
  readonly at: Temporal.Instant;
  readonly reason: string | null;
  /** Undefined when it creates the assignment. */
  readonly before: AssignmentState | undefined;
  readonly after: AssignmentState;
  readonly outcome: RejectOutcome | null;
  readonly nextAssignmentId: string | null;
  /** The provider of `nextAssignmentId`. */
  readonly nextProviderId: string | null;
  /** Of a dispute. */
  readonly kind?: DisputeKind;
  /** Of a state that is said again after a restore. */
  readonly withdrawnEventIds?: readonly string[];
};

type ChangeDetails = Pick<AcceptedChange, 'type' | 'actor' | 'at'> &
  Partial<
    Pick<AcceptedChange, 'reason' | 'outcome' | 'nextAssignmentId' | 'nextProviderId' | 'kind' | 'withdrawnEventIds'>
  >;

/** Takes the assignment one version further. */
export function change(
  before: AssignmentState,
  details: ChangeDetails,
  fields: Partial<AssignmentState>,
): AcceptedChange {
  const scheduleVersion = before.scheduleVersion + 1;
  const after = { ...before, ...fields, scheduleVersion, updatedAt: nextUpdate(before, details.at) };
  return { ...noDetails, ...details, before, after };
}

/** Creates an assignment, as version 0. */
export function assigned(assignment: AssignmentState, actor: Actor): AcceptedChange {
  return {
    ...noDetails,
    type: 'schedule.assigned',
    actor,
    at: assignment.createdAt,
    before: undefined,
    after: assignment,
  };
}

const noDetails = { reason: null, outcome: null, nextAssignmentId: null, nextProviderId: null } as const;

/** What is left of a schedule when its window is gone. */
export const noWindow = {
  scheduledStart: null,
  scheduledEnd: null,
  scheduleProposedBy: null,
  scheduleNotes: null,
  proposalExpiresAt: null,
  confirmedAt: null,
} as const satisfies Partial<AssignmentState>;

/** The side that a role speaks for. */
export function sideOf(role: Actor['role']): ProposedBy {
  if (role === 'customer') return 'CUSTOMER';
  return role === 'provider' ? 'PROVIDER' : 'SYSTEM';
}
