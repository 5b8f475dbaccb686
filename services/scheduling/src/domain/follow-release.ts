import type { Assignment, Job } from './assignment.ts';
import { newAssignment } from './create-assignment.ts';

/** What there is to know when a provider is released. */
export type Released = {
  readonly assignment: Assignment;
  readonly job: Job;
  /** Who was released from this job before. */
  readonly declinedProviderIds: readonly string[];
};

/** Gives the job to the next provider in its queue who has not been released yet, or asks for quotes again. */
export function followRelease(
  { assignment, job, declinedProviderIds }: Released,
  now: Temporal.Instant,
  newId: () => string,
): { job: Job; next: Assignment | null } {
  const passed = new Set([...declinedProviderIds, assignment.providerId]);
  const candidate = job.rejectionPolicy === 'INVITE_NEXT' ? job.providerQueue.find((id) => !passed.has(id)) : undefined;
  if (candidate === undefined) {
    return { job: { ...job, status: 'OPEN', currentAssignmentId: null, updatedAt: now }, next: null };
  }
  const next = newAssignment(job, candidate, newId(), now);
  return { job: { ...job, status: 'ASSIGNED', currentAssignmentId: next.id, updatedAt: now }, next };
}
