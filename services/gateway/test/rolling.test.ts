import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { id, startGateway } from './gateway.ts';

const everyMs = 5;
const start = (port = 0) =>
  startFakeService((_request, response) => void setTimeout(() => json(response, 200, {}), 3), port);

test('instances that are cut off without a warning lose no read and no command with a key', async () => {
  const instances: FakeService[] = [await start(), await start()];
  const gateway = await startGateway({
    SCHEDULING_URL: instances.map(({ url }) => url).join(','),
    RATE_LIMIT_PER_USER: '100000',
  });
  const asked: Promise<{ status: number }>[] = [];
  let isDone = false;
  const ask = async () => {
    for (let n = 0; !isDone; n += 1) {
      const keyed = { headers: { 'idempotency-key': `k-${n}` } };
      asked.push(gateway.call('GET', `/assignments/${id}`));
      asked.push(gateway.call('POST', `/assignments/${id}/complete`, keyed));
      await delay(everyMs);
    }
  };
  const asking = ask();
  for (let n = 0; n < 10; n += 1) {
    const index = n % 2;
    const stopped = instances[index] as FakeService;
    await stopped.stop();
    await delay(50);
    instances[index] = await start(stopped.port);
    await delay(100);
  }
  isDone = true;
  await asking;
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  for (const each of instances) await each.stop();
  await gateway.stop();
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(statuses.length).toBeGreaterThan(100);
});
