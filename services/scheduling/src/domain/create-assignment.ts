import { DomainError } from '@punctual/chassis/domain';
import type { Actor } from '@punctual/contracts';
import type { AssignmentState, JobState } from './assignment.ts';
import { type AcceptedChange, assigned } from './change.ts';

/**
 * Gives an open job to a provider. A job has at most one open assignment.
 * @throws DomainError `job-not-open`, `same-person`
 */
export function createAssignment(
  job: JobState,
  { providerId, id, actor }: { providerId: string; id: string; actor: Actor },
  now: Temporal.Instant,
): { job: JobState; change: AcceptedChange } {
  if (job.status !== 'OPEN') throw new DomainError('job-not-open', `The job is ${job.status}.`);
  if (providerId === job.customerId) throw samePerson();
  const assignment = newAssignment({ ...job, jobId: job.id, jobTitle: job.title }, providerId, id, now);
  return {
    job: { ...job, status: 'ASSIGNED', currentAssignmentId: id, updatedAt: now },
    change: assigned(assignment, actor),
  };
}

/** A new assignment: version 0, nothing proposed, the rest from the job or the assignment before it. */
export function newAssignment(
  job: Pick<AssignmentState, 'jobId' | 'jobTitle' | 'customerId' | 'timezone' | 'priceAmountMinor' | 'priceCurrency'>,
  providerId: string,
  id: string,
  now: Temporal.Instant,
): AssignmentState {
  return {
    id,
    jobId: job.jobId,
    jobTitle: job.jobTitle,
    customerId: job.customerId,
    providerId,
    status: 'UNSCHEDULED',
    scheduledStart: null,
    scheduledEnd: null,
    timezone: job.timezone,
    scheduleProposedBy: null,
    scheduleVersion: 0,
    scheduleNotes: null,
    proposalExpiresAt: null,
    confirmedAt: null,
    rejectedAt: null,
    rejectReason: null,
    disputedAt: null,
    reminderStatus: 'NONE',
    reminderLastSentAt: null,
    payoutStatus: null,
    payoutApprovedBy: null,
    payoutApprovedAt: null,
    payoutVersion: null,
    reminderSequence: null,
    nextAssignmentId: null,
    priceAmountMinor: job.priceAmountMinor,
    priceCurrency: job.priceCurrency,
    createdAt: now,
    updatedAt: now,
  };
}

export function samePerson(): DomainError {
  return new DomainError('same-person', 'Customer and provider must be two people.');
}
