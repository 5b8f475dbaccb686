import { expect, test } from 'vitest';
import { dateTimeWithOrWithoutOffset, instantParameter } from './date-times.ts';

const accepts = (text: unknown) => dateTimeWithOrWithoutOffset.safeParse(text).success;

test.each([
  '2026-12-01T09:00:00Z',
  '2026-12-01T09:00:00.5Z',
  '2026-12-01T10:00:00+01:00',
  '2026-12-01T23:00:00+14:00',
  '2026-12-01T10:00:00',
  '2026-12-01T10:00',
  '2028-02-29T10:00:00Z',
])('%s is a date and time', (text) => {
  expect(accepts(text)).toBe(true);
});

test.each([
  '2026-02-30T09:00:00Z',
  '2026-02-29T09:00:00Z',
  '2026-12-01T24:00:00Z',
  '2026-12-31T23:59:60Z',
  '2026-12-01T09:60:00Z',
  '10000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '2026-12-01',
  '2026-12-01 09:00:00Z',
  '2026-12-01T09:00:00+24:00',
  '2026-12-01T09:00:00[Europe/Berlin]',
  'tomorrow',
  '',
  1_796_115_600_000,
  null,
])('%s is refused', (text) => {
  expect(accepts(text)).toBe(false);
});

test('digits beyond milliseconds are truncated', () => {
  expect(dateTimeWithOrWithoutOffset.parse('2026-12-01T09:00:00.123999999999Z')).toBe('2026-12-01T09:00:00.123Z');
  expect(dateTimeWithOrWithoutOffset.parse('2026-12-01T10:00:00.9999')).toBe('2026-12-01T10:00:00.999');
});

test('a query instant is normalized to UTC with milliseconds', () => {
  expect(instantParameter.parse('2026-12-01T10:00:00+01:00')).toBe('2026-12-01T09:00:00.000Z');
  expect(instantParameter.parse('2026-12-01T09:00:00.1239999Z')).toBe('2026-12-01T09:00:00.123Z');
});

test.each(['2026-12-01T10:00:00', '0000-06-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'])(
  '%s is not an instant a store accepts',
  (text) => {
    expect(instantParameter.safeParse(text).success).toBe(false);
  },
);
