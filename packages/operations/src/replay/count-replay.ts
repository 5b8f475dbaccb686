import { DeliverPolicy } from '@nats-io/jetstream';
import type { Nats } from '../nats.ts';
import type { ReplayPlan } from './plan-replay.ts';
import { plannedMessages } from './planned-messages.ts';

/**
 * How many events a replay would deliver. Asks the server, unless the plan is about one assignment:
 * then it reads the events of that time.
 */
export async function countReplay(nats: Nats, plan: ReplayPlan): Promise<number> {
  if (plan.assignmentId === undefined) {
    // In this order: what arrives in between is counted, not subtracted.
    const after = await countSince(nats, plan, plan.to);
    return (await countSince(nats, plan, plan.from)) - after;
  }
  let events = 0;
  for await (const _ of plannedMessages(nats, plan)) events += 1;
  return events;
}

/** How many events of these subjects the stream holds, from this time on. */
async function countSince(
  { jetstream }: Nats,
  { stream, subjects }: ReplayPlan,
  since: Temporal.Instant | undefined,
): Promise<number> {
  const consumer = await jetstream.consumers.get(stream, {
    filter_subjects: [...subjects],
    ...(since && { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toString() }),
  });
  try {
    return (await consumer.info(true)).num_pending;
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}
