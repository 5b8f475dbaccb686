import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const rounds = { quick: 3, full: 20 };
const subjects = ['schedule.confirmed', 'schedule.proposed', 'reminder.due', 'payout.paid'];

const bodies = (type: string) => [
  '',
  'not JSON',
  '{}',
  '[]',
  `{"type":"${type}","data":null}`,
  `"${'x'.repeat(10_000)}"`,
];

export const poison: Fault = {
  name: 'poison',
  what: 'messages that nobody can read, on all streams: each becomes a dead letter and holds up nobody',
  run: async ({ bus }, random, pace) => {
    for (let round = 0; round < rounds[pace]; round += 1) {
      await delay(random.between(200, 800));
      for (const subject of subjects)
        await bus.jetstream.publish(subject, random.pick(bodies(subject)), { msgID: randomUUID() });
    }
  },
};
