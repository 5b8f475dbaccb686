import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Logger } from '../src/index.ts';
import { createLevelControl } from '../src/process/log-level.ts';
import { createLogger } from '../src/process/logger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(level: string) {
  const lines: { level: string; msg: string; by?: string; to?: string }[] = [];
  const loggers: Logger[] = [];
  const logger = createLogger(
    { name: 'test', level, onChild: (child) => loggers.push(child) },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const audit = logger.child({});
  audit.level = level;
  loggers.splice(0, 1, logger);
  const early = logger.child({ part: 'early' });
  return { logger, early, lines, control: createLevelControl(() => loggers, audit) };
}

test('a change reaches children, is audited, and ends by itself', () => {
  const { logger, early, lines, control } = start('info');
  early.debug('Hidden');
  control.change('debug', { minutes: 2, by: 'ops-1' });
  expect(lines).toMatchObject([{ level: 'warn', msg: 'Log level changed', to: 'debug', by: 'ops-1' }]);
  early.debug('Shown');
  logger.child({ part: 'late' }).debug('Shown');
  expect(lines).toHaveLength(3);
  vi.advanceTimersByTime(119_000);
  expect(control.read()).toMatchObject({ level: 'debug', configured: 'info' });
  vi.advanceTimersByTime(2_000);
  expect(control.read()).toEqual({ level: 'info', configured: 'info', until: null });
  expect(lines.at(-1)).toMatchObject({ msg: 'Log level is the configured one again', to: 'info' });
  early.debug('Hidden');
  expect(lines).toHaveLength(4);
});

test('a change to silent is audited, and a later change replaces its end', () => {
  const { logger, lines, control } = start('info');
  control.change('silent', { minutes: 1, by: 'ops-1' });
  logger.fatal('Hidden');
  vi.advanceTimersByTime(30_000);
  control.change('error', { minutes: 10, by: 'ops-2' });
  vi.advanceTimersByTime(60_000);
  logger.warn('Hidden');
  logger.error('Shown');
  expect(lines.map(({ msg }) => msg)).toEqual(['Log level changed', 'Log level changed', 'Shown']);
});
