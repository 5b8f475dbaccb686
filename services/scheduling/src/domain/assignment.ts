import type { AssignmentStatus, PayoutStatus, ProposedBy, RejectionPolicy, ReminderStatus } from '@punctual/contracts';

type Instant = Temporal.Instant;

/** A job given to a provider; the fields of design §3, with times as instants. */
export type Assignment = {
  readonly id: string;
  readonly jobId: string;
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
  readonly priceAmountMinor: number;
  readonly priceCurrency: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** What a customer wants done. */
export type Job = {
  readonly id: string;
  readonly customerId: string;
  readonly title: string;
  readonly timezone: string;
  readonly priceAmountMinor: number;
  readonly priceCurrency: string;
  readonly status: 'OPEN' | 'ASSIGNED' | 'DONE' | 'CANCELLED';
  readonly rejectionPolicy: RejectionPolicy;
  readonly providerQueue: readonly string[];
  readonly currentAssignmentId: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** A half-open stretch of time: windows that touch do not overlap. */
export type Interval = { readonly start: Instant; readonly end: Instant };

/** The window that the assignment has now, proposed or confirmed. */
export function windowOf({ scheduledStart, scheduledEnd }: Assignment): Interval | null {
  return scheduledStart && scheduledEnd ? { start: scheduledStart, end: scheduledEnd } : null;
}

/** The status as it counts at `now`: a proposal past its expiry is expired, swept or not. */
export function statusAt(assignment: Assignment, now: Instant): AssignmentStatus {
  const { status, proposalExpiresAt } = assignment;
  const expired = status === 'PROPOSED' && proposalExpiresAt && Temporal.Instant.compare(proposalExpiresAt, now) <= 0;
  return expired ? 'UNSCHEDULED' : status;
}
