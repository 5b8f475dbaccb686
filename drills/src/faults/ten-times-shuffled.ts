import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import type { Fault } from './fault.ts';

const latest = { quick: 100, full: 1_000 };
const times = 10;
const worthShuffling = 20;
const consumers = {
  'payouts-schedule': 'SCHEDULE',
  'reminders-schedule': 'SCHEDULE',
  'scheduling-reminder': 'REMINDER',
  'scheduling-payout': 'PAYOUT',
};

export const tenTimesShuffled: Fault = {
  name: 'ten-times-shuffled',
  what: 'every consumer gets the latest events of its stream ten times more, in any order',
  run: async ({ bus }, random, pace) => {
    for (const [consumer, stream] of Object.entries(consumers)) {
      await bus.filled(stream, worthShuffling);
      const messages = (await bus.read(stream)).slice(-latest[pace]);
      const again = random.shuffle(Array.from({ length: times }, () => messages).flat());
      await Promise.all(
        again.map(({ text, headers: original }) => {
          const marked = headers();
          for (const [name, values] of original ?? []) for (const value of values) marked.append(name, value);
          marked.set('Punctual-Replay', consumer);
          return bus.jetstream.publish(`replay.${consumer}`, text, { headers: marked, msgID: randomUUID() });
        }),
      );
    }
  },
};
