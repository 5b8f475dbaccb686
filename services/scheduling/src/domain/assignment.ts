import type { AssignmentStatus, PayoutStatus, ProposedBy, RejectionPolicy, ReminderStatus } from '@punctual/contracts';

type Instant = Temporal.Instant;

/** A job given to a provider; the fields of design §3, with times as instants. */
export type AssignmentState = {
  readonly id: string;
  readonly jobId: string;
  /** As the job has it now. */
  readonly jobTitle: string;
  readonly customerId: string;
  readonly providerId: string;
  readonly status: AssignmentStatus;
  readonly scheduledStart: Instant | null;
  readonly scheduledEnd: Instant | null;
  readonly timezone: string;
  readonly scheduleProposedBy: ProposedBy | null;
  readonly scheduleVersion: number;
  readonly scheduleNotes: string | null;
  readonly proposalExpiresAt: Instant | null;
  readonly confirmedAt: Instant | null;
  readonly rejectedAt: Instant | null;
  readonly rejectReason: string | null;
  readonly disputedAt: Instant | null;
  readonly reminderStatus: ReminderStatus;
  readonly reminderLastSentAt: Instant | null;
  readonly payoutStatus: PayoutStatus | null;
  readonly payoutApprovedBy: string | null;
  readonly payoutApprovedAt: Instant | null;
  /** The version of the payout in the copy; null while there is none. */
  readonly payoutVersion: number | null;
  /** How far the copy of the reminders has come; null while there is none. */
  readonly reminderSequence: number | null;
  /** The assignment of the provider who was invited when this one was released. */
  readonly nextAssignmentId: string | null;
  readonly priceAmountMinor: number;
  readonly priceCurrency: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** What a customer wants done. */
export type JobState = {
  readonly id: string;
  readonly customerId: string;
  readonly title: string;
  readonly description: string | null;
  readonly locationLabel: string | null;
  /** Degrees; both coordinates or neither. */
  readonly locationLatitude: number | null;
  readonly locationLongitude: number | null;
  readonly durationMinutes: number | null;
  /** The marketplace's own id. */
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly timezone: string;
  readonly priceAmountMinor: number;
  readonly priceCurrency: string;
  readonly status: 'OPEN' | 'ASSIGNED' | 'DONE' | 'CANCELLED';
  readonly rejectionPolicy: RejectionPolicy;
  readonly providerQueue: readonly string[];
  readonly currentAssignmentId: string | null;
  /** Counts its changes. */
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** A half-open stretch of time: windows that touch do not overlap. */
export type TimeRange = { readonly start: Instant; readonly end: Instant };

/** The window that the assignment has now, proposed or confirmed. */
export function windowOf({ scheduledStart, scheduledEnd }: AssignmentState): TimeRange | null {
  return scheduledStart && scheduledEnd ? { start: scheduledStart, end: scheduledEnd } : null;
}

/** The status as it counts at `now`: a proposal past its expiry is expired, swept or not. */
export function statusAt(assignment: AssignmentState, now: Instant): AssignmentStatus {
  const { status, proposalExpiresAt } = assignment;
  const expired = status === 'PROPOSED' && proposalExpiresAt && Temporal.Instant.compare(proposalExpiresAt, now) <= 0;
  return expired ? 'UNSCHEDULED' : status;
}

/**
 * The `updatedAt` of a change at this time. It rises with every change, also when two of them are
 * in one millisecond or the clock of the instance before was ahead.
 */
export function nextUpdate({ updatedAt }: { updatedAt: Instant }, at: Instant): Instant {
  const next = updatedAt.add({ milliseconds: 1 });
  return Temporal.Instant.compare(at, next) < 0 ? next : at;
}
