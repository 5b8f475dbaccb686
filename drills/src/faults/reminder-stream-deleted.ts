import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { rebuildStream } from './rebuild-stream.ts';

const goneMs = { quick: 2_000, full: 20_000 };

/** Nothing can fill it again. So it is lost when scheduling has read all: what it had not would be lost to it, and this is known. */
export const reminderStreamDeleted: Fault = {
  name: 'reminder-stream-deleted',
  what: 'REMINDER is deleted while people work, and made anew, empty, by `npm run ops -- rebuild-stream`',
  run: async (world, _random, pace) => {
    const { bus, still } = world;
    const deleteOnceRead = () =>
      still(async () => {
        const { num_pending, num_ack_pending } = await bus.manager.consumers.info('REMINDER', 'scheduling-reminder');
        const isRead = num_pending + num_ack_pending === 0;
        if (isRead) await bus.lose('REMINDER');
        return isRead;
      });
    while (!(await deleteOnceRead())) await delay(100);
    await delay(goneMs[pace]);
    await rebuildStream(world, 'REMINDER');
  },
};
