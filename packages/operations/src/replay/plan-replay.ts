import type { Nats } from '../nats.ts';
import { findConsumer } from './find-consumer.ts';
import { waitingReplays } from './replay-message.ts';

/** Which past events of its stream a consumer gets again. */
export type ReplayPlan = {
  consumer: string;
  stream: string;
  subjects: readonly string[];
  /** Published at this time or later; all by default. */
  from: Temporal.Instant | undefined;
  /** Published before this time. */
  to: Temporal.Instant;
  /** Only events of this assignment. */
  assignmentId: string | undefined;
};

/**
 * Plans a replay: finds the stream of the consumer.
 * @throws Error when there is no such consumer, or it reads no replays
 */
export async function planReplay(
  nats: Nats,
  wanted: Pick<ReplayPlan, 'consumer' | 'from' | 'to' | 'assignmentId'>,
): Promise<ReplayPlan> {
  const { stream, subjects } = await findConsumer(nats, wanted.consumer);
  await waitingReplays(nats, wanted.consumer);
  return { ...wanted, stream, subjects };
}
