import { readConfig } from '@punctual/chassis';
import { expect, test } from 'vitest';
import { Config } from './config.ts';

const environment = {
  DATABASE_URL: 'postgres://payouts@127.0.0.1/payouts',
  NATS_URL: 'nats://127.0.0.1',
  AUTH_JWKS_URL: 'http://127.0.0.1/jwks.json',
  AUTH_ISSUER: 'issuer',
  AUTH_AUDIENCE: 'audience',
};

test('the config accepts payment retry pauses of a day in total and refuses more', () => {
  const pauses = (tries: number, pauseMs: number) =>
    readConfig(Config, { ...environment, PAYMENT_TRIES: String(tries), PAYMENT_PAUSE_MS: String(pauseMs) });
  const dayMs = 86_400_000;
  expect(pauses(8, 1_000)).toMatchObject({ PAYMENT_TRIES: 8, PAYMENT_PAUSE_MS: 1_000 });
  expect(pauses(11, Math.floor(dayMs / 1_023))).toMatchObject({ PAYMENT_TRIES: 11 });
  expect(() => pauses(11, Math.ceil(dayMs / 1_023))).toThrow('PAYMENT_PAUSE_MS: ');
  expect(() => pauses(20, 1_000)).toThrow('PAYMENT_PAUSE_MS: ');
});
