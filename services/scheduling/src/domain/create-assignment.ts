import { DomainError } from '@punctual/chassis/domain';
import type { Assignment, Job } from './assignment.ts';

/**
 * Gives an open job to a provider; there is one open assignment for a job at any time.
 * @throws DomainError `job-not-open`, `same-person`
 */
export function createAssignment(
  job: Job,
  providerId: string,
  id: string,
  now: Temporal.Instant,
): { job: Job; assignment: Assignment } {
  if (job.status !== 'OPEN') throw new DomainError('job-not-open', `The job is ${job.status}.`);
  if (providerId === job.customerId) throw samePerson();
  const assignment = newAssignment({ ...job, jobId: job.id }, providerId, id, now);
  return { job: { ...job, status: 'ASSIGNED', currentAssignmentId: id, updatedAt: now }, assignment };
}

/** An assignment as it begins: version 0, nothing proposed; the rest is of the job, or of an assignment before it. */
export function newAssignment(
  job: Pick<Assignment, 'jobId' | 'customerId' | 'timezone' | 'priceAmountMinor' | 'priceCurrency'>,
  providerId: string,
  id: string,
  now: Temporal.Instant,
): Assignment {
  return {
    id,
    jobId: job.jobId,
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
    priceAmountMinor: job.priceAmountMinor,
    priceCurrency: job.priceCurrency,
    createdAt: now,
    updatedAt: now,
  };
}

export function samePerson(): DomainError {
  return new DomainError('same-person', 'Customer and provider must be two people.');
}
