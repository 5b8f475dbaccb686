import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { consumers } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import type { StoredMessage } from '../network/nats-peer.ts';
import { readEvent } from '../network/read-event.ts';
import type { Fault, FaultContext } from './fault.ts';

const rounds = { quick: 3, full: 20 };
const withinMs = 30_000;
const messagesBefore = 50;
/** Followers of versions, by the stream that they read. */
const followers = {
  SCHEDULE: [consumers.payoutsSchedule.durable, consumers.remindersSchedule.durable],
  PAYOUT: [consumers.schedulingPayout.durable],
} as const;
const streams = Object.keys(followers) as (keyof typeof followers)[];

export const contradiction: Fault = {
  name: 'contradiction',
  what: 'somebody publishes another event for a version that consumers have applied: each makes it a dead letter',
  alerts: ['DeadLetters'],
  inject: async (context) => {
    for (const stream of streams) await context.stack.peer.untilStreamHolds(stream, messagesBefore);
    for (let round = 0; round < rounds[context.pace]; round += 1)
      for (const stream of streams) await contradict(context, stream);
  },
};

/** Publishes the event with another id, and removes it from the stream once it is a dead letter. */
async function contradict({ stack: { peer }, random }: FaultContext, stream: keyof typeof followers): Promise<void> {
  await delay(random.between(100, 500));
  const chosen = random.pick(latestOfEach(await peer.read(stream)).slice(-messagesBefore));
  // Two instances may be at work: what is contradicted must have been applied before.
  await eventually(async () => {
    for (const durable of followers[stream]) {
      const { ack_floor } = await peer.manager.consumers.info(stream, durable);
      if (ack_floor.stream_seq < chosen.seq) throw new Error(`${durable} has not applied ${stream} ${chosen.seq}`);
    }
  });
  const id = randomUUID();
  const forged = JSON.stringify({ ...JSON.parse(chosen.text), id });
  const { seq } = await peer.jetstream.publish(chosen.subject, forged, { msgID: id });
  await eventually(
    async () => {
      const letters = (await peer.read('DLQ')).filter(({ text }) => text === forged);
      for (const durable of followers[stream]) {
        const reason = letters.find(({ subject }) => subject === `dlq.${durable}`)?.headers?.get('Dlq-Reason');
        if (!reason?.startsWith('contradicts version'))
          throw new Error(`${durable} has ${reason ?? 'no dead letter'} for the second event of ${chosen.subject}`);
      }
    },
    { withinMs, everyMs: 250 },
  );
  await peer.manager.streams.deleteMessage(stream, seq);
}

/** The events of the latest versions, without poison and without those that some consumers ignore. */
function latestOfEach(messages: readonly StoredMessage[]): StoredMessage[] {
  const latest = new Map<string, StoredMessage>();
  for (const message of messages) {
    const event = readEvent(message.text);
    if (event && !['schedule.assigned', 'person.erased'].includes(message.subject)) latest.set(event.subject, message);
  }
  return [...latest.values()];
}
