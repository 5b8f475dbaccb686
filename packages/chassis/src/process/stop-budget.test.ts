import { expect, test } from 'vitest';
import { ConfigError, HttpConfig, readConfig } from './config.ts';
import { stopBudget, stopsInTime } from './stop-budget.ts';

const read = (environment: Record<string, string>) => readConfig(stopsInTime(HttpConfig), environment);

test.each([
  [{}, 2_000],
  [{ SHUTDOWN_DRAIN_MS: '0' }, 0],
  [{ SHUTDOWN_DRAIN_MS: '5000' }, 5_000],
  [{ SHUTDOWN_GRACE_MS: '1000' }, 250],
])('%j drains for %d ms and fits all parts into the grace period', (environment, drainMs) => {
  const budget = stopBudget(read(environment));
  expect(budget.drainMs).toBe(drainMs);
  expect(budget.drainMs + budget.releaseMs + budget.telemetryMs).toBeLessThan(budget.graceMs);
  expect(budget.requestsMs).toBeLessThan(budget.releaseMs);
});

test('a drain as long as the grace period is refused by name', () => {
  expect(() => read({ SHUTDOWN_DRAIN_MS: '10000' })).toThrow(ConfigError);
  expect(() => read({ SHUTDOWN_DRAIN_MS: '10000' })).toThrow('SHUTDOWN_DRAIN_MS: must be less than SHUTDOWN_GRACE_MS');
});
