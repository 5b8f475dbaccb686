import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const fullMs = { quick: 4_000, full: 30_000 };

export const streamFull: Fault = {
  name: 'stream-full',
  what: 'SCHEDULE and PAYOUT are full and refuse what is published',
  run: async ({ bus: { manager } }, _random, pace) => {
    const names = ['SCHEDULE', 'PAYOUT'];
    for (const name of names) {
      const { state } = await manager.streams.info(name);
      await manager.streams.update(name, { max_msgs: Math.max(1, state.messages) });
    }
    await delay(fullMs[pace]);
    for (const name of names) await manager.streams.update(name, { max_msgs: -1 });
  },
};
