import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const rounds = { quick: 3, full: 20 };
const bodies = ['', 'not JSON', '{}', '[]', '{"type":"schedule.confirmed","data":null}', `"${'x'.repeat(10_000)}"`];
const subjects = ['schedule.confirmed', 'schedule.proposed', 'reminder.due', 'payout.paid'];

export const poison: Fault = {
  name: 'poison',
  what: 'messages that nobody can read, on all streams: each becomes a dead letter and holds up nobody',
  run: async ({ bus }, random, pace) => {
    for (let round = 0; round < rounds[pace]; round += 1) {
      await delay(random.between(200, 800));
      for (const subject of subjects)
        await bus.jetstream.publish(subject, random.pick(bodies), { msgID: randomUUID() });
    }
  },
};
