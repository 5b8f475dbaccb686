import type { Assignment, Job } from './assignment.ts';

/** The next provider in the job's queue who has not been released from it yet; null means that quotes are asked for again. */
export function nextProvider(
  job: Pick<Job, 'rejectionPolicy' | 'providerQueue'>,
  declinedProviderIds: readonly string[],
  releasing: Pick<Assignment, 'providerId'>,
): string | null {
  if (job.rejectionPolicy !== 'INVITE_NEXT') return null;
  const passed = new Set([...declinedProviderIds, releasing.providerId]);
  return job.providerQueue.find((id) => !passed.has(id)) ?? null;
}
