import { readConfig } from '@punctual/chassis';
import { expect, test } from 'vitest';
import { Config } from './config.ts';

const environment = {
  DATABASE_URL: 'postgres://127.0.0.1/scheduling',
  NATS_URL: 'nats://127.0.0.1',
  AUTH_JWKS_URL: 'http://127.0.0.1/jwks.json',
  AUTH_ISSUER: 'issuer',
  AUTH_AUDIENCE: 'audience',
};

test('a window lasts from 30 minutes to 14 days by default', () => {
  const { SCHEDULE_MIN_MINUTES, SCHEDULE_MAX_MINUTES } = readConfig(Config, environment);
  expect([SCHEDULE_MIN_MINUTES, SCHEDULE_MAX_MINUTES]).toEqual([30, 14 * 24 * 60]);
});

test.each([
  { SCHEDULE_MAX_MINUTES: '29' },
  { SCHEDULE_MAX_MINUTES: '0' },
  { SCHEDULE_MAX_MINUTES: '527041' },
  { SCHEDULE_MAX_MINUTES: 'a day' },
  { SCHEDULE_MIN_MINUTES: '20161' },
])('%o is refused by name', (settings) => {
  expect(() => readConfig(Config, { ...environment, ...settings })).toThrow('SCHEDULE_MAX_MINUTES');
});

test('the shortest and the longest window may be the same', () => {
  const settings = { SCHEDULE_MIN_MINUTES: '60', SCHEDULE_MAX_MINUTES: '60' };
  expect(readConfig(Config, { ...environment, ...settings })).toMatchObject({ SCHEDULE_MAX_MINUTES: 60 });
});
