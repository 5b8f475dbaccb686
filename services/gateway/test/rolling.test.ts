import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { id, startGateway } from './gateway.ts';

const everyMs = 5;
const mostOpen = 100;
const start = (port = 0) =>
  startFakeService((_request, response) => void setTimeout(() => json(response, 200, {}), 3), port);

test('killed instances lose no read and no command with a key', async () => {
  const instances: FakeService[] = [await start(), await start()];
  const gateway = await startGateway({
    SCHEDULING_URL: instances.map(({ url }) => url).join(','),
    RATE_LIMIT_PER_USER: '100000',
    // A busy machine is no overload here.
    MAX_EVENT_LOOP_DELAY_MS: '60000',
  });
  const statuses: number[] = [];
  const open = new Set<Promise<void>>();
  let isDone = false;
  const send = (...request: Parameters<typeof gateway.call>) => {
    const sent = gateway.call(...request).then(({ status }) => {
      statuses.push(status);
      open.delete(sent);
    });
    open.add(sent);
  };
  const ask = async () => {
    for (let n = 0; !isDone; n += 1) {
      send('GET', `/assignments/${id}`);
      send('POST', `/assignments/${id}/complete`, { headers: { 'idempotency-key': `k-${n}` } });
      await delay(everyMs);
      if (open.size > mostOpen) await Promise.race(open);
    }
    await Promise.all(open);
  };
  const asking = ask();
  for (let n = 0; n < 10; n += 1) {
    const index = n % 2;
    const stopped = instances[index] as FakeService;
    await stopped.stop();
    await delay(50);
    const restarted = await start(stopped.port);
    instances[index] = restarted;
    // The other one is killed only when this one serves again.
    await eventually(() => expect(restarted.received.length).toBeGreaterThan(5));
  }
  isDone = true;
  await asking;
  for (const each of instances) await each.stop();
  await gateway.stop();
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length).toBeGreaterThan(100);
});
