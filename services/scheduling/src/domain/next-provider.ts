import type { AssignmentState, JobState } from './assignment.ts';

/** The next provider in the job's queue who was not released from it; null: it asks for quotes again. */
export function nextProvider(
  job: Pick<JobState, 'rejectionPolicy' | 'providerQueue'>,
  declinedProviderIds: readonly string[],
  releasing: Pick<AssignmentState, 'providerId'>,
): string | null {
  if (job.rejectionPolicy !== 'INVITE_NEXT') return null;
  const passed = new Set([...declinedProviderIds, releasing.providerId]);
  return job.providerQueue.find((id) => !passed.has(id)) ?? null;
}
