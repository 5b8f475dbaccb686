import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { rebuildStream } from './rebuild-stream.ts';

const goneMs = { quick: 2_000, full: 20_000 };

export const streamDeletedAndRebuilt: Fault = {
  name: 'stream-deleted-and-rebuilt',
  what: 'SCHEDULE is deleted while people work, and rebuilt from the outbox by `npm run ops -- rebuild-stream`',
  run: async (world, _random, pace) => {
    await world.bus.manager.streams.delete('SCHEDULE');
    await delay(goneMs[pace]);
    await rebuildStream(world, 'SCHEDULE');
  },
};
