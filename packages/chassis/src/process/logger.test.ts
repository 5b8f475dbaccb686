import { connect } from '@nats-io/transport-node';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { ConfigError } from './config.ts';
import { createLogger } from './logger.ts';

const secret = 'S3cr3t';

function startLogger() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('an error is logged with its type, message, stack, code and cause', () => {
  const { logger, last } = startLogger();
  const cause = Object.assign(new TypeError('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', port: 1 });
  logger.error({ err: new Error('cannot connect', { cause }) }, 'failed');
  expect(last()).toMatchObject({
    level: 'error',
    msg: 'failed',
    err: {
      type: 'Error',
      message: 'cannot connect',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { type: 'TypeError', message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED', port: 1 },
    },
  });
});

test('a thrown non-error is logged as text', () => {
  const { logger, last } = startLogger();
  logger.error({ err: `no postgres://u:${secret}@h` }, 'failed');
  expect(last().err).toBe('no postgres://[redacted]@h');
});

test.each([
  `postgres://payouts:pa#${secret}@127.0.0.1:5432/payouts`,
  `postgres://scheduling:pa/${secret}:x@127.0.0.1:5432/scheduling`,
  `postgres://u:${secret}@p@h/d`,
  `nats://gateway:${secret}@127.0.0.1:4222:1`,
  `mongodb+srv://u:%zz${secret}@h`,
])('library errors about %s reveal no password', async (address) => {
  const { logger, lines } = startLogger();
  const failures = [
    thrownBy(() => new URL(address.replace(/:\/\/[^@]*@/, (userinfo) => `${userinfo}[`))),
    thrownBy(() => new Client({ connectionString: address })),
    await connect({ servers: address, reconnect: false, timeout: 500 }).catch((error: unknown) => error),
  ];
  for (const err of failures) logger.error({ err }, 'Could not start');
  logger.error({ err: new AggregateError(failures, address, { cause: failures[0] }) }, 'Could not start');
  logger.error(
    {
      err: Object.assign(new Error('x'), { options: { servers: [address] }, url: address, connectionString: address }),
    },
    'x',
  );
  logger.warn({ because: `not ${address}` }, 'tried again');
  expect(lines.length).toBe(6);
  expect(lines.join('')).not.toContain(secret);
  expect(JSON.parse(lines[3] ?? '')).toMatchObject({ err: { type: 'AggregateError', errors: { length: 3 } } });
});

test('an invalid setting may show the expected URL format', () => {
  const { logger, last } = startLogger();
  const message = 'DATABASE_URL: must be postgres://user:password@host:port/database';
  logger.fatal({ err: new ConfigError(message) }, 'Could not start');
  expect(last().err).toMatchObject({ type: 'ConfigError', message });
});

test('paths with an @ in them stay readable', () => {
  const { logger, last } = startLogger();
  const err = Object.assign(new Error('broken'), { stack: 'at file:///app/node_modules/@nats-io/core/lib/x.js:1:2' });
  logger.error({ err }, 'failed');
  expect(last().err.stack).toBe(err.stack);
});

test('every line has the fields of its context', () => {
  const lines: string[] = [];
  let traceId = 'a';
  const logger = createLogger(
    { name: 'test', level: 'info', context: () => ({ traceId }) },
    { write: (line: string) => void lines.push(line) },
  );
  logger.info('One');
  traceId = 'b';
  logger.info('Two');
  expect(lines.map((line) => JSON.parse(line).traceId)).toEqual(['a', 'b']);
});
