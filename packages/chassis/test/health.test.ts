import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
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

test('readiness is checked once a second however many requests ask', async () => {
  const since = performance.now();
  const statuses = await Promise.all(Array.from({ length: 100 }, ask));
  expect(statuses).toEqual(Array(100).fill(200));
  const seconds = (performance.now() - since) / 1_000;
  expect(checks).toBeGreaterThan(0);
  expect(checks).toBeLessThanOrEqual(1 + seconds);
});

test('a service reports becoming unready within seconds', async () => {
  expect(await ask()).toBe(200);
  isAway = true;
  await eventually(async () => expect(await ask()).toBe(503), { withinMs: 10_000 });
  isAway = false;
  await eventually(async () => expect(await ask()).toBe(200), { withinMs: 10_000 });
});
