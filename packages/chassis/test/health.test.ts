import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpApp, HttpConfig, type Service, startService } from '../src/index.ts';

let service: Service;
let checks = 0;
let isAway = false;

beforeEach(async () => {
  checks = 0;
  isAway = false;
  const check = async () => {
    checks += 1;
    await delay(50);
    if (isAway) throw new Error('away');
  };
  service = await startService(
    {
      name: 'test',
      config: HttpConfig,
      createApp: async ({ logger, lifecycle }) =>
        createHttpApp({
          logger,
          lifecycle,
          authenticate: () => Promise.reject(new Error('nobody')),
          checks: [{ name: 'database', required: true, check }],
          routes: [],
        }),
    },
    { LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0' },
  );
});

afterEach(() => service.stop());

const ask = async () => (await fetch(`${service.url}/healthz/ready`)).status;

test('however many ask whether a service is ready, it looks once a second', async () => {
  const since = performance.now();
  const statuses = await Promise.all(Array.from({ length: 100 }, ask));
  expect(statuses).toEqual(Array(100).fill(200));
  const seconds = (performance.now() - since) / 1_000;
  expect(checks).toBeGreaterThan(0);
  expect(checks).toBeLessThanOrEqual(1 + seconds);
});

test('a service that becomes unready says so within seconds', async () => {
  expect(await ask()).toBe(200);
  isAway = true;
  await expect.poll(ask, { timeout: 10_000 }).toBe(503);
  isAway = false;
  await expect.poll(ask, { timeout: 10_000 }).toBe(200);
});
