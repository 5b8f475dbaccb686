import { randomUUID } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import type { Nats } from '../nats.ts';
import type { ReplayPlan } from './plan-replay.ts';
import { plannedMessages } from './planned-messages.ts';
import { replayMessage, TooLarge, waitingReplays } from './replay-message.ts';
import { untilAtMost } from './until-at-most.ts';

/** In flight at a time. */
const batchSize = 200;
/** How many events the consumer may lag behind before the replay waits for it. */
const mostWaiting = 5_000;

/** One event of a replay. `skipped` says why it was not delivered: it is too large. */
export type Replayed = { sequence: number; publishedAt: Date; skipped: string | undefined };

/** A replay stopped. The events that were published before `position` have been delivered. */
export class ReplayStopped extends Error {
  readonly position: Date | undefined;

  constructor(position: Date | undefined, cause: Error) {
    super(cause.message, { cause });
    this.position = position;
  }
}

/**
 * Delivers past events to their consumer again, with the same ids, in order, and waits whenever the
 * consumer is too far behind. Yields the events in batches, once they are delivered.
 * @throws ReplayStopped when NATS does not store one, or the consumer makes no progress
 */
export async function* replay(nats: Nats, plan: ReplayPlan): AsyncGenerator<readonly Replayed[]> {
  const run = randomUUID();
  for await (const batch of batches(nats, plan)) {
    yield await deliver(nats, plan, { batch, run }).catch((error: Error) => {
      throw new ReplayStopped(batch[0]?.time, error);
    });
  }
}

/**
 * Waits until a consumer has handled its replays.
 * @returns how many are left when it has made no progress for half a minute
 */
export async function untilReplayed(nats: Nats, consumer: string): Promise<number> {
  const left = await untilAtMost(0, () => waitingReplays(nats, consumer)).catch(() => undefined);
  return left ?? (await waitingReplays(nats, consumer));
}

/** Sends a batch at once, in order, then waits until the consumer is not too far behind. */
async function deliver(
  nats: Nats,
  { consumer }: ReplayPlan,
  { batch, run }: { batch: readonly JsMsg[]; run: string },
): Promise<Replayed[]> {
  const again = batch.map(async (message): Promise<Replayed> => {
    const { seq: sequence, time: publishedAt } = message;
    const skipped = await replayMessage(nats, message, { consumer, messageId: `replay:${run}:${sequence}` }).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof TooLarge)) throw error;
        return error.message;
      },
    );
    return { sequence, publishedAt, skipped };
  });
  const delivered = await Promise.all(again);
  await untilAtMost(mostWaiting, () => waitingReplays(nats, consumer));
  return delivered;
}

/** The planned messages, in order, in batches. */
async function* batches(nats: Nats, plan: ReplayPlan): AsyncGenerator<JsMsg[]> {
  let batch: JsMsg[] = [];
  for await (const message of plannedMessages(nats, plan)) {
    batch.push(message);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
