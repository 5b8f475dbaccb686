import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createBackpressure } from './backpressure.ts';

function startBackpressure() {
  const log: string[] = [];
  const clock = { now: 0 };
  const logger = pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line).msg) });
  return { ...createBackpressure({ logger, now: () => clock.now }), log, clock };
}

const refused = new Error('maximum messages exceeded');
const aggregates = Array.from({ length: 200 }, (_, index) => `a${index}`);

test('a refused aggregate holds up no other', () => {
  const { held, allowance, clock, ...on } = startBackpressure();
  on.refused('a', refused);
  expect(held()).toEqual(['a']);
  expect(allowance()).toBe(Number.POSITIVE_INFINITY);
  clock.now += 2_000;
  expect(held()).toEqual([]);
});

test('while NATS refuses everything, a few rows probe it at growing intervals', () => {
  const { held, allowance, clock, log, ...on } = startBackpressure();
  const pauses: number[] = [];
  for (let probe = 0; probe < 7; probe += 1) {
    for (const aggregate of aggregates) on.refused(aggregate, refused);
    const since = clock.now;
    while (allowance() === 0) clock.now += 10;
    pauses.push(clock.now - since);
    expect(allowance()).toBeLessThan(aggregates.length);
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);

  on.accepted('a0');

  expect(held()).toEqual([]);
  expect(allowance()).toBe(Number.POSITIVE_INFINITY);
  expect(log).toEqual(['NATS refuses some events; they wait in the outbox', 'NATS accepts every event again']);
});
