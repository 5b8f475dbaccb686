import type { Action, Assignment as AssignmentBody, Job as JobBody } from '@punctual/contracts';
import { type Assignment, type Job, windowOf } from './assignment.ts';
import { formatInstant, formatWindow } from './format-time.ts';

/** The fields of an assignment as the API names and writes them; what differs between callers is left out. */
export function presentFields(assignment: Assignment): Omit<AssignmentBody, 'actions'> {
  const interval = windowOf(assignment);
  const window = interval && formatWindow(interval, assignment.timezone);
  return {
    id: assignment.id,
    jobId: assignment.jobId,
    customerId: assignment.customerId,
    providerId: assignment.providerId,
    status: assignment.status,
    scheduledStart: window?.start ?? null,
    scheduledEnd: window?.end ?? null,
    timezone: assignment.timezone,
    localStart: window?.localStart ?? null,
    localEnd: window?.localEnd ?? null,
    scheduleProposedBy: assignment.scheduleProposedBy,
    scheduleVersion: assignment.scheduleVersion,
    scheduleNotes: assignment.scheduleNotes,
    proposalExpiresAt: optional(assignment.proposalExpiresAt),
    confirmedAt: optional(assignment.confirmedAt),
    rejectedAt: optional(assignment.rejectedAt),
    rejectReason: assignment.rejectReason,
    disputedAt: optional(assignment.disputedAt),
    reminderStatus: assignment.reminderStatus,
    reminderLastSentAt: optional(assignment.reminderLastSentAt),
    payoutStatus: assignment.payoutStatus,
    payoutApprovedBy: assignment.payoutApprovedBy,
    payoutApprovedAt: optional(assignment.payoutApprovedAt),
    price: { amountMinor: assignment.priceAmountMinor, currency: assignment.priceCurrency },
    createdAt: formatInstant(assignment.createdAt),
    updatedAt: formatInstant(assignment.updatedAt),
  };
}

/** An assignment as one caller sees it. */
export function presentAssignment(assignment: Assignment, actions: Action[]): AssignmentBody {
  return { ...presentFields(assignment), actions };
}

export function presentJob(job: Job): JobBody {
  return {
    id: job.id,
    customerId: job.customerId,
    title: job.title,
    timezone: job.timezone,
    price: { amountMinor: job.priceAmountMinor, currency: job.priceCurrency },
    status: job.status,
    rejectionPolicy: job.rejectionPolicy,
    providerQueue: [...job.providerQueue],
    currentAssignmentId: job.currentAssignmentId,
    createdAt: formatInstant(job.createdAt),
    updatedAt: formatInstant(job.updatedAt),
  };
}

function optional(instant: Temporal.Instant | null): string | null {
  return instant && formatInstant(instant);
}
