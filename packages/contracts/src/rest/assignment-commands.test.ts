import { expect, test } from 'vitest';
import type { z } from 'zod';
import { sample } from '../samples.ts';
import { CancelBody, ConfirmBody, DisputeBody, RejectBody, ScheduleBody } from './assignment-commands.ts';

const window = { start: sample.window.start, end: sample.window.end };
const accepts = (schema: z.ZodType, body: unknown) => schema.safeParse(body).success;

test('a proposal may be in any zone and with notes', () => {
  expect(accepts(ScheduleBody, { ...window, notes: 'a'.repeat(2000), timezone: 'No/Where' })).toBe(true);
});

test.each([
  { start: window.start },
  { ...window, end: null },
  { ...window, notes: 'a'.repeat(2001) },
  { ...window, timezone: 1 },
  { ...window, duration: 60 },
  [window],
  'window',
  null,
])('%j is refused as a proposal', (body) => {
  expect(accepts(ScheduleBody, body)).toBe(false);
});

test('a confirm has an optional version', () => {
  expect(accepts(ConfirmBody, {})).toBe(true);
  expect(accepts(ConfirmBody, { scheduleVersion: null })).toBe(true);
  expect(accepts(ConfirmBody, { scheduleVersion: 0 })).toBe(true);
  for (const scheduleVersion of [-1, 1.5, '1']) expect(accepts(ConfirmBody, { scheduleVersion })).toBe(false);
});

test('a reject needs no reason, and a blank one counts as none', () => {
  expect(RejectBody.parse({}).reason).toBeUndefined();
  expect(RejectBody.parse({ reason: ' ' }).reason).toBeUndefined();
  expect(RejectBody.parse({ reason: 'Too early', counter: window }).counter).toEqual(window);
});

test.each([{ scope: 'job' }, { reason: 'a'.repeat(501) }, { counter: {} }, { counter: { ...window, more: 1 } }])(
  '%j is refused as a reject',
  (body) => {
    expect(accepts(RejectBody, body)).toBe(false);
  },
);

test.each([undefined, '', ' ', 'a'.repeat(501), null])('cancel and dispute refuse %j as a reason', (reason) => {
  expect(accepts(CancelBody, { reason })).toBe(false);
  expect(accepts(DisputeBody, { kind: 'OTHER', reason })).toBe(false);
});
