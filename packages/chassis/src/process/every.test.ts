import { expect, test, vi } from 'vitest';
import { every } from './every.ts';
import { createLifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

test('a job that fails again and again is logged once, and once when it works again', async () => {
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
  await vi.waitFor(() => expect(runs).toBeGreaterThan(20), { timeout: 10_000 });
  await lifecycle.shutdown();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      msg: 'a job failed; trying again',
      job: 'tidy',
      err: expect.objectContaining({ message: 'no database' }),
    }),
    expect.objectContaining({ msg: 'a job works again', job: 'tidy' }),
  ]);
});
