import type { JsMsg } from '@nats-io/jetstream';
import { readStream } from '@punctual/chassis';
import { z } from 'zod';
import type { Nats } from '../nats.ts';
import type { ReplayPlan } from './plan-replay.ts';

/** The messages of a replay, in order. */
export async function* plannedMessages(
  nats: Nats,
  { stream, subjects, from, to, assignmentId }: ReplayPlan,
): AsyncGenerator<JsMsg> {
  for await (const message of readStream(nats, stream, { subjects, since: from })) {
    if (Temporal.Instant.compare(Temporal.Instant.from(message.timestamp), to) >= 0) return;
    if (assignmentId && partitionKeyOf(message) !== assignmentId) continue;
    yield message;
  }
}

const Partition = z.object({ partitionkey: z.string() });

function partitionKeyOf(message: JsMsg): string | undefined {
  try {
    return Partition.safeParse(message.json()).data?.partitionkey;
  } catch {
    return undefined;
  }
}
