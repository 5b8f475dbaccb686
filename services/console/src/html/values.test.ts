import { expect, test } from 'vitest';
import { formatMoney } from './money.ts';
import { timesIn } from './times.ts';

const now = Temporal.Instant.from('2026-12-01T12:00:00Z');

test.each([
  [124_050, 'EUR', 'EUR 1,240.50'],
  [1_240, 'JPY', 'JPY 1,240'],
  [1_240, 'KWD', 'KWD 1.240'],
])('%d minor units of %s are %s', (amountMinor, currency, text) => {
  expect(formatMoney({ amountMinor, currency })).toBe(text);
});

test('a time is shown in the zone, with UTC on hover', () => {
  expect(String(timesIn('Asia/Tokyo', now).at('2026-12-01T20:00:00.000Z'))).toBe(
    '<time datetime="2026-12-01T20:00:00.000Z" title="2026-12-01 20:00:00 UTC">2 Dec 2026, 05:00</time>',
  );
});

test('an unknown zone is UTC', () => {
  for (const zone of [undefined, '', 'Mars/Olympus', '<b>']) expect(timesIn(zone, now).zone).toBe('UTC');
});

test.each([
  ['2026-11-28T12:00:00.000Z', '3 days ago'],
  ['2026-12-01T13:30:00.000Z', 'in 1 hour'],
  ['2026-12-01T11:45:00.000Z', '15 minutes ago'],
])('%s is %s', (instant, text) => {
  expect(String(timesIn('UTC', now).since(instant))).toContain(`>${text}</time>`);
});
