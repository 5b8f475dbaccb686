import { eventually } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { every } from './every.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

test('a failing job is logged once, and its recovery once', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  const lifecycle = createLifecycle(logger);
  let runs = 0;
  every(
    { logger, lifecycle },
    {
      name: 'tidy',
      pauseMs: 1,
      run: async () => {
        runs += 1;
        if (runs <= 10) throw new Error('no database');
      },
    },
  );
  await eventually(() => expect(runs).toBeGreaterThan(20));
  await lifecycle.shutdown();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      msg: 'Job failed; retrying',
      job: 'tidy',
      err: expect.objectContaining({ message: 'no database' }),
    }),
    expect.objectContaining({ msg: 'Job recovered', job: 'tidy' }),
  ]);
});

test('an hourly job that failed runs again within seconds', async () => {
  const logger = createLogger({ name: 'test', level: 'info' }, { write: () => {} });
  const lifecycle = createLifecycle(logger);
  let runs = 0;
  every(
    { logger, lifecycle },
    {
      name: 'tidy',
      pauseMs: 3_600_000,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('no database');
      },
    },
  );
  await eventually(() => expect(runs).toBe(2));
  await lifecycle.shutdown();
});
