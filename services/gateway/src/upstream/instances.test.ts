import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createInstances, type Instance, type Instances } from './instances.ts';

const drainingUrl = 'http://127.0.0.1:1';
let instances: Instances;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const logger = { warn: () => undefined, info: () => undefined };
  const lifecycle = { signal: new AbortController().signal, onShutdown: () => undefined };
  const open = () => ({});
  const deps = { logger, lifecycle, open, lookup: async () => [] } as unknown as Parameters<typeof createInstances>[0];
  const origins = [drainingUrl, 'http://127.0.0.1:2'];
  instances = createInstances(deps, { service: 'scheduling', origins, everyMs: 1_000 });
  const draining = chooseAll(true).find(({ name }) => name === drainingUrl) as Instance;
  instances.closing(draining);
  instances.closing(draining);
});

afterEach(() => {
  vi.useRealTimers();
});

/** What requests get that come at the same moment. */
const chooseAll = (mayRepeat: boolean): Instance[] =>
  Array.from({ length: 4 }, () => instances.choose(new Set(), mayRepeat) as Instance);
const probes = (mayRepeat: boolean) => chooseAll(mayRepeat).filter(({ name }) => name === drainingUrl).length;

test('a draining instance is probed by one request that may be repeated, after a while', () => {
  expect(probes(true)).toBe(0);
  vi.advanceTimersByTime(600);
  expect(probes(true)).toBe(1);
  vi.advanceTimersByTime(600);
  expect(probes(true)).toBe(0);
});

test('a request that may not be repeated probes only where nothing else has for long', () => {
  vi.advanceTimersByTime(600);
  expect(probes(false)).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(probes(false)).toBe(1);
});

test('a request that may not be repeated gets a draining instance when the others were tried', () => {
  const other = instances.choose(new Set(), false) as Instance;
  expect(instances.choose(new Set([other]), false)?.name).toBe(drainingUrl);
});

test('a request that may not be repeated asks an instance that was away rather than one that drains', () => {
  const draining = instances.choose(new Set(), true) as Instance;
  const restarted = instances.choose(new Set([draining]), true) as Instance;
  instances.well(draining);
  instances.well(restarted);
  // It stays away until it is asked least often.
  for (let probe = 0; probe < 5; probe += 1) {
    instances.away(restarted, new Error('connect ECONNREFUSED'));
    vi.advanceTimersByTime(5_000);
    chooseAll(true);
  }
  instances.closing(draining);
  instances.closing(draining);
  expect(chooseAll(false)).not.toContain(draining);
});
