import { expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from './config.ts';
import { count, durationMs } from './numbers.ts';

const schema = z.object({
  PAUSE_MS: durationMs({ max: 60_000, default: 500 }),
  SIZE: count({ min: 0, max: 5, default: 2 }),
});

test('a decimal number within its bounds is accepted', () => {
  expect(readConfig(schema, {})).toEqual({ PAUSE_MS: 500, SIZE: 2 });
  expect(readConfig(schema, { PAUSE_MS: '', SIZE: '0' })).toEqual({ PAUSE_MS: 500, SIZE: 0 });
  expect(readConfig(schema, { PAUSE_MS: '60000', SIZE: '5' })).toEqual({ PAUSE_MS: 60_000, SIZE: 5 });
});

test.each([
  '0',
  '60001',
  '-1',
  '+1',
  '1.5',
  '1e3',
  '0x10',
  '0b1',
  ' 5',
  '5 ',
  '5\n',
  '1_000',
  '1,000',
  '٣',
  'NaN',
  'Infinity',
  'true',
  'ten',
  '5s',
  '2592000000',
  '9'.repeat(400),
])('%j is refused with the name and range', (text) => {
  expect(() => readConfig(schema, { PAUSE_MS: text })).toThrow(
    /^PAUSE_MS: must be a whole number of milliseconds from 1 to 60000, in decimal digits$/,
  );
});
