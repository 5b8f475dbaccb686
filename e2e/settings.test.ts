import { configErrorOf } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { readConfig } from '../packages/chassis/src/process/config.ts';
import { Config as ConsoleConfig } from '../services/console/src/config.ts';
import { Config as GatewayConfig } from '../services/gateway/src/config.ts';
import { Config as PayoutsConfig } from '../services/payouts/src/config.ts';
import { Config as RemindersConfig } from '../services/reminders/src/config.ts';
import { Config as SchedulingConfig } from '../services/scheduling/src/config.ts';

const required: Record<string, string> = {
  AUTH_JWKS_URL: 'https://issuer.example/jwks.json',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'punctual',
  NATS_URL: 'nats://nats.example:4222',
  DATABASE_URL: 'postgres://service@postgres.example/service',
  MONGO_URL: 'mongodb://mongo.example/reminders',
  SCHEDULING_URL: 'http://scheduling.example',
  REMINDERS_URL: 'http://reminders.example',
  PAYOUTS_URL: 'http://payouts.example',
  GATEWAY_URL: 'http://gateway.example',
  PUBLIC_URL: 'https://console.example',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'secret',
  SESSION_SECRET: 'of at least thirty-two bytes, as it must be',
};

type Read = (environment: Record<string, string>) => Record<string, unknown>;
const services: [name: string, settings: string[], read: Read][] = [
  ['gateway', Object.keys(GatewayConfig.shape), (given) => readConfig(GatewayConfig, given)],
  ['scheduling', Object.keys(SchedulingConfig.shape), (given) => readConfig(SchedulingConfig, given)],
  ['reminders', Object.keys(RemindersConfig.shape), (given) => readConfig(RemindersConfig, given)],
  ['payouts', Object.keys(PayoutsConfig.shape), (given) => readConfig(PayoutsConfig, given)],
  ['console', Object.keys(ConsoleConfig.shape), (given) => readConfig(ConsoleConfig, given)],
];
const numbers = services.flatMap(([service, settings, read]) =>
  settings.filter((name) => isNumber(name, read)).map((name) => [service, name, read] as const),
);

test('every service has numeric settings', () => {
  for (const [service] of services) expect(numbers.filter(([of]) => of === service).length).toBeGreaterThan(2);
});

// A new setting without a bound fails here.
test.each(numbers)('%s refuses %s outside its range by name', (_service, name, read) => {
  // 2592000000000 is 30 days in milliseconds, given where seconds are expected.
  const wrong = ['2592000000000', '-1', '1e3', '0x10', '1.5', 'NaN'];
  if (name.endsWith('_MS')) wrong.push(String(2 ** 31));
  for (const value of wrong) {
    expect(
      configErrorOf(() => read({ ...required, [name]: value })),
      value,
    ).toMatch(new RegExp(`\\b${name}: must be .*\\d`));
  }
});

function isNumber(name: string, read: Read): boolean {
  return ['', '0', '1', '5', '1000', '60000'].some((value) => {
    try {
      return typeof read({ ...required, [name]: value })[name] === 'number';
    } catch {
      return false;
    }
  });
}
