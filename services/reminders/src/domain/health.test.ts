import { describe, expect, test } from 'vitest';
import { judgeHealth, type StoreMeasurements } from './health.ts';

const now = Temporal.Instant.from('2026-11-28T08:00:00.000Z');
const graceMs = 60_000;
const calm: StoreMeasurements = {
  schedulerLagMs: 3,
  due: 0,
  planned: 2,
  overdue: 0,
  oldestDueMs: 0,
  lastDispatchAt: undefined,
};
const judge = (store: StoreMeasurements | undefined, rest = { brokerIsThere: true, clockSkewMs: 2 }) =>
  judgeHealth({ store, ...rest }, graceMs, now);

test('health is ok', () => {
  expect(judge(calm)).toEqual({
    status: 'ok',
    checks: { store: 'ok', broker: 'ok', scheduler: 'ok' },
    schedulerLagMs: 3,
    oldestDueMs: 0,
    due: 0,
    planned: 2,
    overdue: 0,
    lastDispatchAt: null,
    clockSkewMs: 2,
  });
});

describe('it is down', () => {
  test('without the store, and leaves out what it cannot know', () => {
    expect(judge(undefined)).toMatchObject({ status: 'down', checks: { store: 'down' }, due: null, planned: null });
  });

  test('without the broker', () => {
    expect(judge(calm, { brokerIsThere: false, clockSkewMs: 2 })).toMatchObject({
      status: 'down',
      checks: { store: 'ok', broker: 'down', scheduler: 'ok' },
    });
  });

  test('when reminders are due for longer than the grace and none is sent', () => {
    const stuck = { ...calm, due: 1, oldestDueMs: graceMs + 1 };
    const long = now.subtract({ milliseconds: graceMs + 1 });
    expect(judge(stuck)).toMatchObject({ status: 'down', checks: { scheduler: 'down' } });
    expect(judge({ ...stuck, lastDispatchAt: long }).status).toBe('down');
    expect(judge({ ...stuck, lastDispatchAt: now }).status).toBe('ok');
    expect(judge({ ...stuck, oldestDueMs: graceMs }).status).toBe('ok');
  });
});

describe('it is degraded', () => {
  test.each([
    ['the scheduler lags', { schedulerLagMs: 10_001 }],
    ['the scheduler has never run', { schedulerLagMs: null }],
    ['something is overdue', { overdue: 1 }],
  ])('when %s', (_what, measured) => {
    expect(judge({ ...calm, ...measured }).status).toBe('degraded');
  });

  test('when the clocks differ, whichever is ahead', () => {
    expect(judge(calm, { brokerIsThere: true, clockSkewMs: -1_001 }).status).toBe('degraded');
    expect(judge(calm, { brokerIsThere: true, clockSkewMs: 1_001 }).status).toBe('degraded');
  });
});
