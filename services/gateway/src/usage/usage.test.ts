import { expect, test } from 'vitest';
import { createUsage } from './usage.ts';

const since = '2026-11-30T12:00:00.000Z';

test('usage counts requests by operation and client', () => {
  const usage = createUsage(since);
  for (const agent of [
    'punctual-ios/5.2.1 CFNetwork/1410.0.3',
    'punctual-ios/5.2.7',
    'okhttp/4.12.0',
    undefined,
    '💥',
  ]) {
    usage.count('getJob', agent);
  }
  const { operations } = usage.read();
  expect(usage.read().since).toBe(since);
  expect(operations).toMatchObject({
    getJob: { requests: 5, clients: { 'punctual-ios/5.2': 2, 'okhttp/4.12': 1, unknown: 2 } },
  });
  expect(Date.parse(operations.getJob?.lastAt ?? '')).toBeGreaterThan(Date.parse(since));
});

test('usage holds at most 20 clients for an operation, whatever they call themselves', () => {
  const usage = createUsage(since);
  for (let number = 0; number < 1_000; number += 1) usage.count('getJob', `bot-${number}`);
  for (const name of ['__proto__', 'constructor', 'x'.repeat(10_000)]) usage.count('getJob', name);
  const { requests, clients } = usage.read().operations.getJob ?? {
    requests: 0,
    clients: {} as Record<string, number>,
  };
  expect(requests).toBe(1_003);
  expect(Object.keys(clients)).toHaveLength(21);
  expect(clients.other).toBe(983);
});
