import { consumers } from '@punctual/contracts';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Incident } from './incident.ts';

const farAwayMs = 3_000;
const longest = 24 * 60 * 60_000;
const paddings = 50;
const padding = new Uint8Array(20_000);
const nearlyFull = 0.85;

/** Streams and consumers that somebody has to look at. */
export const messagingIncidents: readonly Incident[] = [
  {
    name: 'nats-far-away',
    what: `${farAwayMs / 1_000} s of latency between the services and NATS`,
    alerts: ['EventsNotPublished', 'RemindersOverdue', 'EventsNotApplied'],
    begin: async ({ stack: { links } }) => {
      links.nats.delay(farAwayMs);
      return async () => links.nats.heal();
    },
  },
  {
    name: 'consumer-paused',
    what: 'somebody has paused the consumer that opens payouts',
    alerts: ['EventsNotApplied'],
    begin: async ({ stack: { peer } }) => {
      const { stream, durable } = consumers.payoutsSchedule;
      await peer.manager.consumers.pause(stream, durable, new Date(Date.now() + longest));
      return async () => {
        await peer.manager.consumers.resume(stream, durable);
      };
    },
  },
  {
    name: 'reminder-stream-full',
    what: 'REMINDER is full and refuses new events',
    alerts: ['RemindersOverdue'],
    begin: async ({ stack }) => {
      await fillReminders(stack);
      return () => takeReminders(stack);
    },
  },
  {
    name: 'stream-nearly-full',
    what: `dead letters that nobody purges use ${nearlyFull * 100} % of their stream`,
    alerts: ['StreamFilling'],
    begin: async ({ stack: { peer } }) => {
      for (let count = 0; count < paddings; count += 1) await peer.jetstream.publish('dlq.drill', padding);
      const { state, config } = await peer.manager.streams.info('DLQ');
      await peer.manager.streams.update('DLQ', { max_bytes: Math.ceil(state.bytes / nearlyFull) });
      return async () => {
        await peer.manager.streams.update('DLQ', { max_bytes: config.max_bytes });
        await peer.manager.streams.purge('DLQ', { filter: 'dlq.drill' });
      };
    },
  },
];

/** Has REMINDER refuse new events. */
export async function fillReminders({ peer }: DrillStack): Promise<void> {
  const { state } = await peer.manager.streams.info('REMINDER');
  await peer.manager.streams.update('REMINDER', { max_msgs: Math.max(1, state.messages) });
}

/** Has REMINDER take events again. */
export async function takeReminders({ peer }: DrillStack): Promise<void> {
  await peer.manager.streams.update('REMINDER', { max_msgs: -1 });
}
