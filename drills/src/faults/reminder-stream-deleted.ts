import { setTimeout as delay } from 'node:timers/promises';
import { instances, type World } from '../world.ts';
import type { Fault } from './fault.ts';
import { rebuildStream } from './rebuild-stream.ts';

const goneMs = { quick: 2_000, full: 20_000 };
/** What reminders has sent before it was stopped is on the stream then, and counts as pending. */
const underWayMs = 300;
const worthLosing = 50;

export const reminderStreamDeleted: Fault = {
  name: 'reminder-stream-deleted',
  what: 'REMINDER is deleted while people work, and made anew, empty, by `npm run ops -- rebuild-stream`',
  run: async (world, _random, pace) => {
    await loseOnceRead(world);
    await delay(goneMs[pace]);
    await rebuildStream(world, 'REMINDER');
  },
};

/** Nothing can fill it again: what scheduling had not read would be lost to it, which is known. So it reads on while nothing is added. */
async function loseOnceRead({ bus, stack, wake }: World): Promise<void> {
  await bus.filled('REMINDER', worthLosing);
  for (const pid of instances.map((instance) => stack.service('reminders', instance).pid()))
    if (pid !== undefined) process.kill(pid, 'SIGSTOP');
  await delay(underWayMs);
  for (;;) {
    const { num_pending, num_ack_pending } = await bus.manager.consumers.info('REMINDER', 'scheduling-reminder');
    if (num_pending + num_ack_pending === 0) break;
    await delay(100);
  }
  await bus.lose('REMINDER');
  wake();
}
