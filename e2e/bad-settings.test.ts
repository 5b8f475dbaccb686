import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const secret = 'S3cr3t';
const environment = {
  PATH: process.env.PATH,
  AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
  AUTH_ISSUER: 'issuer',
  AUTH_AUDIENCE: 'punctual',
  NATS_URL: 'nats://127.0.0.1:9',
  SCHEDULING_URL: 'http://127.0.0.1:9',
  REMINDERS_URL: 'http://127.0.0.1:9',
  PAYOUTS_URL: 'http://127.0.0.1:9',
  DATABASE_URL: 'postgres://127.0.0.1:9/none',
  MONGO_URL: 'mongodb://127.0.0.1:9/none',
};

test.each([
  ['payouts', 'DATABASE_URL', `postgres://payouts:pa#${secret}@127.0.0.1:5432/payouts`],
  ['scheduling', 'DATABASE_URL', `postgres://scheduling:pa/${secret}:x@127.0.0.1:5432/scheduling`],
  ['gateway', 'NATS_URL', `nats://gateway:${secret}@127.0.0.1:4222:1`],
  ['gateway', 'NATS_URL', '127.0.0.1;4222'],
  ['gateway', 'PAYOUTS_URL', `http://u:${secret}@127.0.0.1/path`],
  ['gateway', 'SHUTDOWN_GRACE_MS', '2592000000'],
  ['reminders', 'MONGO_URL', `mongodb://reminders:%zz${secret}@127.0.0.1/reminders`],
  ['reminders', 'SCHEDULER_POLL_MS', '2592000000'],
  ['scheduling', 'EXPIRY_INTERVAL_MS', '2592000000'],
  ['console', 'SESSION_SECRET', secret],
  ['console', 'GATEWAY_URL', `http://u:${secret}@127.0.0.1`],
  ['payouts', 'STRIPE_API_KEY', `sk ${secret}`],
])(
  '%s ends when it is started with %s=%s, and its log names the variable and no password',
  async (service, name, value) => {
    const cwd = fileURLToPath(new URL(`../services/${service}`, import.meta.url));
    const settings = { env: { ...environment, [name]: value }, cwd, timeout: 30_000 };
    const { promise, resolve } = Promise.withResolvers<{ code: unknown; log: string }>();
    execFile(
      process.execPath,
      ['--import', '@punctual/chassis/otel', 'src/main.ts'],
      settings,
      (error, stdout, stderr) => resolve({ code: error?.code, log: stdout + stderr }),
    );
    const { code, log } = await promise;
    expect(code).toBe(1);
    expect(log).toContain(`"msg":"Could not start"`);
    expect(log).toContain(`${name}: `);
    expect(log).not.toContain(secret);
  },
);
