import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { headers } from '@nats-io/transport-node';
import { consumers } from '@punctual/contracts';
import { atFailpoint, killAtFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

/** Longer than the consumers' ack wait: ten seconds, or three in a quick drill. */
const slowHandlerMs = { quick: 4_500, full: 12_000 };
const slowHandlers = { quick: 1, full: 4 };

const replayed = { quick: 100, full: 1_000 };
const copies = 10;
const messagesBeforeReplay = 20;

/** Not those of `person.erased`, which ignore the events of assignments. */
const followers = Object.values(consumers).filter(({ durable }) => !durable.endsWith('-person'));

const poisonRounds = { quick: 3, full: 20 };
const subjects = ['schedule.confirmed', 'schedule.proposed', 'reminder.due', 'payout.paid'];
const unreadableBodies = (type: string) => [
  '',
  'not JSON',
  '{}',
  '[]',
  `{"type":"${type}","data":null}`,
  `"${'x'.repeat(10_000)}"`,
];

export const consumerFaults: readonly Fault[] = [
  killAtFailpoint(
    'kill-consumer-before-commit',
    'SIGKILL of payouts with an uncommitted effect',
    'payouts',
    'before-commit',
  ),
  killAtFailpoint(
    'kill-consumer-after-commit',
    'SIGKILL of payouts with a committed effect and no acknowledgement',
    'payouts',
    'before-ack',
  ),
  {
    name: 'handler-slower-than-ack-wait',
    what: 'a handler of payouts takes longer than the ack wait of its consumer',
    alerts: [],
    inject: async (context) => {
      const ms = slowHandlerMs[context.pace];
      const action = { do: 'delay', ms } as const;
      const times = slowHandlers[context.pace];
      await atFailpoint(context, { service: 'payouts', failpoint: 'before-handle', action, times });
      await delay(ms);
    },
  },
  {
    name: 'ten-times-shuffled',
    what: 'every consumer gets the latest events of its stream ten more times, in random order',
    alerts: [],
    inject: async ({ stack: { peer }, random, pace }) => {
      for (const { durable: consumer, stream } of followers) {
        await peer.untilStreamHolds(stream, messagesBeforeReplay);
        const messages = (await peer.read(stream)).slice(-replayed[pace]);
        const again = random.shuffle(Array.from({ length: copies }, () => messages).flat());
        await Promise.all(
          again.map(({ text, headers: original }) => {
            const marked = headers();
            for (const [name, values] of original ?? []) for (const value of values) marked.append(name, value);
            marked.set('Punctual-Replay', consumer);
            return peer.jetstream.publish(`replay.${consumer}`, text, { headers: marked, msgID: randomUUID() });
          }),
        );
      }
    },
  },
  {
    name: 'poison',
    what: 'unreadable messages on all streams: each becomes a dead letter and blocks nothing',
    alerts: ['DeadLetters'],
    inject: async ({ stack: { peer }, random, pace }) => {
      for (let round = 0; round < poisonRounds[pace]; round += 1) {
        await delay(random.between(200, 800));
        for (const subject of subjects)
          await peer.jetstream.publish(subject, random.pick(unreadableBodies(subject)), { msgID: randomUUID() });
      }
    },
  },
];
