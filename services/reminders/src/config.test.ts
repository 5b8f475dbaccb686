import { readConfig } from '@punctual/chassis';
import { expect, test } from 'vitest';
import { Config, planRules } from './config.ts';

const environment = {
  MONGO_URL: 'mongodb://127.0.0.1/reminders',
  NATS_URL: 'nats://127.0.0.1',
  AUTH_JWKS_URL: 'http://127.0.0.1/jwks.json',
  AUTH_ISSUER: 'issuer',
  AUTH_AUDIENCE: 'audience',
};

test('the defaults match the design', () => {
  const hourMs = 3_600_000;
  expect(planRules(readConfig(Config, environment))).toEqual({
    proposalTtlMs: 72 * hourMs,
    respondLastLeadMs: 2 * hourMs,
    upcoming24hLeadMs: 24 * hourMs,
    upcoming1hLeadMs: hourMs,
    minGapMs: hourMs / 2,
  });
});

test.each([
  ['REMINDER_UPCOMING_24H_MINUTES', String(60 * 24 * 60 + 1)],
  ['REMINDER_UPCOMING_1H_MINUTES', String(24 * 60)],
  ['REMINDER_RESPOND_LAST_MINUTES', String(72 * 60)],
  ['REMINDER_GRACE_MS', '0'],
  ['REMINDER_CLAIM_MS', '60001'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readConfig(Config, { ...environment, [name]: value })).toThrow(name);
});
