import { eventually } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { every } from './every.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

/** A job whose first runs fail. */
function startJob({ pauseMs, failures }: { pauseMs: number; failures: number }) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  const lifecycle = createLifecycle(logger);
  let runs = 0;
  const run = async () => {
    runs += 1;
    if (runs <= failures) throw new Error('no database');
  };
  every({ logger, lifecycle }, { name: 'tidy', pauseMs, run });
  return { lines, runs: () => runs, stop: () => lifecycle.shutdown() };
}

test('a failing job is logged once, and its recovery once', async () => {
  const job = startJob({ pauseMs: 1, failures: 10 });
  await eventually(() => expect(job.runs()).toBeGreaterThan(20));
  await job.stop();
  expect(job.lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      msg: 'Job failed; retrying',
      job: 'tidy',
      err: expect.objectContaining({ message: 'no database' }),
    }),
    expect.objectContaining({ msg: 'Job recovered', job: 'tidy' }),
  ]);
});

test('an hourly job that failed runs again within seconds', async () => {
  const job = startJob({ pauseMs: 3_600_000, failures: 1 });
  await eventually(() => expect(job.runs()).toBe(2));
  await job.stop();
});
