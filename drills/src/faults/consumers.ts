import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { headers } from '@nats-io/transport-node';
import { consumers } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { atFailpoint, killAtFailpoint } from './at-failpoint.ts';
import type { Fault, FaultContext } from './fault.ts';
import { runOps } from './run-ops.ts';

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

/** Six crashes, each with an ack wait and a start. */
const deadWithinMs = { quick: 120_000, full: 300_000 };
const crashed = 'crashed its consumer';

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
  {
    name: 'event-kills-consumer',
    what: 'an event ends every process of payouts that handles it, and another one those of reminders; each becomes a dead letter and is redriven after the fix',
    alerts: ['DeadLetters'],
    isOnlyFull: true,
    inject: async (context) => {
      await Promise.all(deadlyAt.map((at) => killByEvent(context, at)));
    },
  },
];

const deadlyAt = [
  { service: 'payouts', consumer: consumers.payoutsSchedule.durable },
  { service: 'reminders', consumer: consumers.remindersSchedule.durable },
] as const;

async function killByEvent(context: FaultContext, { service, consumer }: (typeof deadlyAt)[number]): Promise<void> {
  const { stack, pace } = context;
  const { orders, peer } = stack;
  await atFailpoint(context, { service, failpoint: 'before-handle', action: { do: 'kill-each-time' }, times: 1 });
  const letter = await eventually(
    async () => {
      const deadly = await orders.deadlyEvent(service);
      const found = (await peer.read('DLQ')).find(
        ({ headers, text }) => headers?.get('Dlq-Consumer') === consumer && text.includes(`"id":"${deadly?.id}"`),
      );
      if (!found)
        throw new Error(`${deadly?.id} ended ${deadly?.kills} processes of ${service}, and is no dead letter`);
      return found;
    },
    { withinMs: deadWithinMs[pace], everyMs: 500 },
  );
  const reason = letter.headers?.get('Dlq-Reason');
  if (reason !== crashed) throw new Error(`${consumer} dead-lettered an event because ${reason}`);
  for (let kill = (await orders.deadlyEvent(service))?.kills ?? 0; kill > 0; kill -= 1) stack.countKill();
  await orders.cure(service);
  await runOps(stack, ['dlq', 'redrive', '--sequence', `${letter.seq}`, '--yes']);
}
