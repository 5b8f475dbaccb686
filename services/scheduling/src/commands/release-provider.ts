import type { Decision } from '../domain/decide.ts';
import { nextProvider } from '../domain/next-provider.ts';
import type { Rejection } from '../domain/rejection.ts';
import { releaseProvider as decideReleaseProvider } from '../domain/release-provider.ts';
import { findQueue } from '../persistence/jobs.ts';
import type { AssignmentContext } from './assignment-command.ts';

/** Releases the provider, and invites the next one of the job's queue if there is one. */
export async function releaseProvider({
  situation,
  body,
  transaction,
}: AssignmentContext<Rejection>): Promise<Decision> {
  const { assignment } = situation;
  const queue = await findQueue(transaction, assignment.jobId);
  const nextProviderId = queue && nextProvider(queue, queue.declinedProviderIds, assignment);
  return decideReleaseProvider({ ...situation, nextProviderId }, body);
}
