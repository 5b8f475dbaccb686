import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Fault } from './fault.ts';
import { runOps } from './run-ops.ts';
import { whileWatched } from './while-watched.ts';

/** At full length long enough for its alert, which takes half a minute. */
const fullMs = { quick: 4_000, full: 60_000 };
const goneMs = { quick: 2_000, full: 5_000 };
const messagesBeforeDeletion = 50;
/** The streams that their outboxes refill. */
const ofOutboxes = ['SCHEDULE', 'PAYOUT'];
/** Long enough for events that the copy of NATS' folder does not have. */
const forgottenMs = { quick: 2_000, full: 15_000 };
/** `streams apply --watch` declares a stream again within ten seconds. */
const declaredWithinMs = 20_000;
/** The watcher looks every two seconds, and then declares consumers and copies. */
const noticedWithinMs = 5_000;

export const streamFaults: readonly Fault[] = [
  {
    name: 'stream-full',
    what: 'SCHEDULE and PAYOUT are full and refuse new events',
    alerts: ['EventsNotPublished', 'EventsLate'],
    inject: async ({ stack: { peer }, pace }) => {
      const names = ['SCHEDULE', 'PAYOUT'];
      for (const name of names) {
        const { state } = await peer.manager.streams.info(name);
        await peer.manager.streams.update(name, { max_msgs: Math.max(1, state.messages) });
      }
      await delay(fullMs[pace]);
      for (const name of names) await peer.manager.streams.update(name, { max_msgs: -1 });
    },
  },
  {
    name: 'stream-deleted-and-rebuilt',
    what: 'SCHEDULE is deleted, then rebuilt from the outbox by `npm run ops -- rebuild-stream`',
    alerts: ['EventsLate'],
    inject: async ({ stack, pace }) => {
      await stack.peer.manager.streams.delete('SCHEDULE');
      await delay(goneMs[pace]);
      await runRebuildStream(stack, 'SCHEDULE');
    },
  },
  {
    name: 'reminder-stream-deleted',
    what: 'REMINDER is deleted, then declared by `npm run ops -- rebuild-stream`, and reminders refills it',
    alerts: [],
    refillsReminder: true,
    inject: async ({ stack, pace }) => {
      await stack.peer.untilStreamHolds('REMINDER', messagesBeforeDeletion);
      await stack.peer.manager.streams.delete('REMINDER');
      await delay(goneMs[pace]);
      await runRebuildStream(stack, 'REMINDER');
    },
  },
  {
    name: 'stream-gone',
    what: 'SCHEDULE and PAYOUT are deleted, one after the other, and nobody rebuilds them',
    alerts: ['EventsLate'],
    inject: (context) =>
      whileWatched(context.stack, async () => {
        const { streams } = context.stack.peer.manager;
        for (const name of ofOutboxes) {
          await delay(context.random.between(200, 1_500));
          await streams.delete(name);
          await eventually(() => streams.info(name), { withinMs: declaredWithinMs });
        }
        await delay(noticedWithinMs);
      }),
  },
  {
    name: 'nats-power-loss',
    what: 'NATS is killed and starts with older copies of SCHEDULE and PAYOUT: with their consumers, or the messages alone',
    alerts: [],
    inject: ({ stack, random, pace }) =>
      whileWatched(stack, async () => {
        const { nats } = stack.servers;
        if (nats.folder === undefined) throw new Error('This drill needs a nats-server that is a process of ours.');
        const streams = join(nats.folder, 'jetstream', 'PUNCTUAL', 'streams');
        const before = join(nats.folder, 'before');
        await nats.halt();
        await cp(streams, before, { recursive: true });
        await nats.resume();
        await delay(forgottenMs[pace]);
        await nats.signal('SIGKILL');
        stack.countKill();
        await nats.halt();
        const part = random.pick(['.', 'msgs']);
        for (const name of ofOutboxes) {
          await rm(join(streams, name, part), { recursive: true });
          await cp(join(before, name, part), join(streams, name, part), { recursive: true });
        }
        await rm(before, { recursive: true });
        await nats.resume();
        await delay(noticedWithinMs);
      }),
  },
];

function runRebuildStream(stack: DrillStack, stream: string): Promise<void> {
  return runOps(stack, ['rebuild-stream', '--stream', stream, '--yes']);
}
