import { formatInstant } from '@punctual/chassis/domain';
import type { Action, Assignment as AssignmentBody, Job as JobBody, Window } from '@punctual/contracts';
import { type AssignmentState, type JobState, windowOf } from './assignment.ts';
import { type AssignmentCaller, commandsJob } from './authorize.ts';
import { formatWindow } from './format-time.ts';

/** The fields of an assignment as the API has them, without those that differ between callers. */
export function presentFields(assignment: AssignmentState): Omit<AssignmentBody, 'actions'> {
  const window = presentWindow(assignment);
  return {
    id: assignment.id,
    jobId: assignment.jobId,
    jobTitle: assignment.jobTitle,
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
    payoutVersion: assignment.payoutVersion,
    reminderSequence: assignment.reminderSequence,
    nextAssignmentId: assignment.nextAssignmentId,
    price: { amountMinor: assignment.priceAmountMinor, currency: assignment.priceCurrency },
    createdAt: formatInstant(assignment.createdAt),
    updatedAt: formatInstant(assignment.updatedAt),
  };
}

/** The fields that a timeline shows; the time of an update is the item's own. */
export function timelineFields(assignment: AssignmentState): Omit<AssignmentBody, 'actions' | 'updatedAt'> {
  const { updatedAt: _updatedAt, ...fields } = presentFields(assignment);
  return fields;
}

/** An assignment as one caller sees it. */
export function presentAssignment(assignment: AssignmentState, actions: Action[]): AssignmentBody {
  return { ...presentFields(assignment), actions };
}

/** A job as one caller sees it. */
export function presentJob(job: JobState, caller: AssignmentCaller): JobBody {
  const { locationLabel: label, locationLatitude: latitude, locationLongitude: longitude } = job;
  return {
    id: job.id,
    customerId: job.customerId,
    title: job.title,
    description: job.description,
    location: label === null ? null : { label, latitude, longitude },
    durationMinutes: job.durationMinutes,
    reference: job.reference,
    metadata: job.metadata,
    timezone: job.timezone,
    price: { amountMinor: job.priceAmountMinor, currency: job.priceCurrency },
    status: job.status,
    rejectionPolicy: job.rejectionPolicy,
    providerQueue: commandsJob(caller, job) ? [...job.providerQueue] : [],
    currentAssignmentId: job.currentAssignmentId,
    version: job.version,
    createdAt: formatInstant(job.createdAt),
    updatedAt: formatInstant(job.updatedAt),
  };
}

/** The window of an assignment, as events and checks show it. */
export function presentWindow(assignment: AssignmentState): Window | null {
  const window = windowOf(assignment);
  return window && formatWindow(window, assignment.timezone);
}

function optional(instant: Temporal.Instant | null): string | null {
  return instant && formatInstant(instant);
}
