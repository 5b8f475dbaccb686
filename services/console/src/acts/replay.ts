import { planReplay, ReplayStopped, replay, untilReplayed } from '@punctual/operations';
import { z } from 'zod';
import { counted } from '../html/words.ts';
import type { Operation } from './operation.ts';

/** Which events a consumer gets again. Times are RFC 3339. */
export const ReplayOrder = z.object({
  consumer: z.string(),
  from: z.string().optional(),
  to: z.string(),
  assignmentId: z.string().optional(),
});
export type ReplayOrder = z.infer<typeof ReplayOrder>;

/** The plan of a replay, as the package of operations makes it. */
export function wantedReplay({ consumer, from, to, assignmentId }: ReplayOrder) {
  const start = from === undefined ? undefined : Temporal.Instant.from(from);
  return { consumer, from: start, to: Temporal.Instant.from(to), assignmentId };
}

/** Delivers past events to one consumer again. A result is a batch, or an event that was skipped. */
export const replayEvents: Operation = async function* ({ nats }, { plan: { order } }) {
  const plan = await planReplay(nats, wantedReplay(ReplayOrder.parse(order)));
  let events = 0;
  try {
    for await (const batch of replay(nats, plan)) {
      const delivered = batch.filter(({ skipped }) => skipped === undefined);
      events += delivered.length;
      const [first, last] = [batch.at(0)?.sequence, batch.at(-1)?.sequence];
      const text =
        first === last ? `Message ${first} of ${plan.stream}` : `Messages ${first} to ${last} of ${plan.stream}`;
      if (delivered.length > 0)
        yield { text, done: true, sentence: `Delivered: ${counted(delivered.length, 'event')}.` };
      for (const { sequence, skipped } of batch)
        if (skipped)
          yield { text: `Message ${sequence} of ${plan.stream}`, done: false, sentence: `Not done: ${skipped}` };
    }
  } catch (error) {
    if (!(error instanceof ReplayStopped)) throw error;
    const from = error.position ? ` To continue, replay from ${error.position.toISOString()}.` : '';
    throw new Error(`${error.message} ${counted(events, 'event')} were delivered.${from}`);
  }
  const left = await untilReplayed(nats, plan.consumer);
  if (left === 0)
    return `Finished: ${counted(events, 'event')} delivered, and ${plan.consumer} has handled all of them.`;
  return `${counted(events, 'event')} delivered. ${plan.consumer} still has ${left.toLocaleString('en')} to handle and makes no progress: is its service up?`;
};
