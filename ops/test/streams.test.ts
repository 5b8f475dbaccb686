import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streamCreatedAt } from '@punctual/chassis';
import { natsSignIn, type Server, startNats } from '@punctual/devstack';
import { eventually, testEnvironment } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const names = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'REPLAY', 'ADVISORY'];
const day = 86_400_000_000_000;

let nats: Server;
let connection: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  connection = await connect({ servers: nats.url, ...natsSignIn('ops') });
});

afterAll(async () => {
  await connection.close();
  await nats.stop();
});

beforeEach(async () => {
  const { streams } = await jetstreamManager(connection);
  for (const name of names) await streams.delete(name).catch(() => {});
});

/** Signs in as the user that may only declare streams. */
function environment(settings: Record<string, string>) {
  const { user, pass } = natsSignIn('streams');
  return { ...process.env, NATS_URL: nats.url, NATS_USER: user, NATS_PASSWORD: pass, ...settings };
}

function apply(settings: Record<string, string> = {}, ...flags: string[]) {
  const env = environment(settings);
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, 'streams', 'apply', ...flags], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function configOf(name: string) {
  return (await (await jetstreamManager(connection)).streams.info(name)).config;
}

test('apply declares every stream with its limits, and changes nothing when run again', async () => {
  const first = await apply();
  expect(first.code).toBe(0);
  for (const line of [...names.map((name) => `${name}: create`), 'payouts-schedule on REPLAY: created']) {
    expect(first.stdout.split('\n')).toContain(line);
  }
  expect(first.stdout).toMatch(/^SCHEDULE for notifier: copy (created|replaced)$/m);
  expect((await apply()).stdout).toBe(names.map((name) => `${name}: unchanged\n`).join(''));

  for (const name of names) {
    const days = name === 'REPLAY' || name === 'ADVISORY' ? 7 : 30;
    const discard = name === 'ADVISORY' ? 'old' : 'new';
    expect(await configOf(name)).toMatchObject({ max_age: days * day, max_bytes: 512 * 1024 * 1024, discard });
  }
});

test('apply reads limits from the environment, and shrinks streams only with --yes', async () => {
  await apply();
  const wider = await apply({ STREAM_MAX_AGE_DAYS: '60' });
  expect(wider).toMatchObject({ code: 0, stdout: expect.stringContaining('SCHEDULE: max_age 30 days -> 60 days\n') });

  const smaller = { STREAM_MAX_AGE_DAYS: '60', STREAM_MAX_BYTES: '1048576' };
  const refused = await apply(smaller);
  expect(refused.stdout).toContain('DLQ: max_bytes 536870912 bytes -> 1048576 bytes (shrinks)\n');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Add --yes.') });
  expect(await configOf('DLQ')).toMatchObject({ max_bytes: 536_870_912 });

  expect(await apply(smaller, '--yes')).toMatchObject({ code: 0 });
  expect(await configOf('DLQ')).toMatchObject({ max_bytes: 1_048_576 });
  expect(await apply({ STREAM_MAX_AGE_DAYS: 'a month' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('STREAM_MAX_AGE_DAYS: must be a whole number of days'),
  });
});

test('apply treats limits on an unlimited stream as shrinking', async () => {
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: 'SCHEDULE', subjects: ['schedule.>'] });
  expect(await apply()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('SCHEDULE: max_age unlimited -> 30 days (shrinks)\n'),
  });
  expect(await configOf('SCHEDULE')).toMatchObject({ max_age: 0 });
});

test('apply replaces the copies of a stream that was declared again', async () => {
  await apply();
  const { streams } = await jetstreamManager(connection);
  await jetstream(connection).publish('reminder.queued', 'of the lost stream');
  await streams.delete('REMINDER');
  expect((await apply()).stdout).toContain(
    'REMINDER for gateway: copy replaced\nREMINDER for notifier: copy replaced\n',
  );

  await jetstream(connection).publish('reminder.due', 'of the new one');

  const reader = await connect({ servers: nats.url, ...natsSignIn('notifier') });
  const copy = await jetstreamManager(reader);
  await eventually(async () => expect((await copy.streams.info('REMINDER')).state.messages).toBe(1));
  // A position on the stream is valid on its copy, and the reverse.
  const [origin, copied] = [await streams.info('REMINDER'), await copy.streams.info('REMINDER')];
  expect(copied.created).not.toBe(origin.created);
  expect(streamCreatedAt(copied)).toBe(Date.parse(origin.created));
  await reader.close();
});

test('apply takes back settings that copy messages elsewhere or drop them', async () => {
  await apply();
  const { streams } = await jetstreamManager(connection);
  const republish = { src: 'dlq.>', dest: 'forged.>' };
  await streams.update('DLQ', { republish, max_msgs: 1, sources: [{ name: 'SCHEDULE' }] });

  const { code, stdout } = await apply();

  expect(code).toBe(0);
  expect(stdout).toContain('DLQ: republish {"src":"dlq.>","dest":"forged.>"} -> none\n');
  expect(stdout).toMatch(/^DLQ: sources .*SCHEDULE.* -> none\nDLQ: max_msgs 1 -> -1$/m);
  const config = await configOf('DLQ');
  expect([config.republish, config.sources, config.max_msgs]).toEqual([undefined, undefined, -1]);
  expect((await apply()).stdout).toBe(names.map((name) => `${name}: unchanged\n`).join(''));
});

describe('--watch', () => {
  let watch: ChildProcessByStdio<null, null, Readable>;
  let said: string;

  const start = (settings: Record<string, string> = {}) => {
    said = '';
    watch = spawn(process.execPath, [main, 'streams', 'apply', '--watch'], {
      env: environment(settings),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    watch.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    return eventually(async () => expect(said).toContain('Streams are declared; watching.'));
  };
  const isDeclared = async (name: string) => expect(await configOf(name)).toMatchObject({ max_age: 30 * day });

  afterEach(async () => {
    watch.kill('SIGTERM');
    if (watch.exitCode === null) await once(watch, 'exit');
    expect(watch.exitCode).toBe(0);
  });

  test('declares a lost stream again within ten seconds, and says so', async () => {
    await start();
    const { streams } = await jetstreamManager(connection);
    for (const lost of ['SCHEDULE', 'DLQ']) await streams.delete(lost);
    said = '';

    await eventually(() => expect(said.match(/ was missing/g)).toHaveLength(2), { withinMs: 10_000 });

    await isDeclared('DLQ');
    await isDeclared('SCHEDULE');
    expect(said).toContain('DLQ was missing; declared empty.\n');
    expect(said).toContain(
      'SCHEDULE was missing; declared empty. If it was lost, fill it: npm run ops -- rebuild-stream --stream SCHEDULE\n',
    );
  });

  test('declares a lost stream within ten seconds when the database of its producer is down', async () => {
    const down = 'postgres://127.0.0.1:9/down';
    await start({ SCHEDULING_DATABASE_URL: down, PAYOUTS_DATABASE_URL: down });
    await (await jetstreamManager(connection)).streams.delete('SCHEDULE');
    said = '';

    await expect
      .poll(() => said, { timeout: 10_000 })
      .toContain('SCHEDULE was missing; declared empty, since its outbox');

    await isDeclared('SCHEDULE');
    expect(said).toContain('rebuild-stream --stream SCHEDULE');
  });

  test('declares a stream that a database without tables belongs to', async () => {
    const empty = await testEnvironment({ postgres: true });
    try {
      await start({ SCHEDULING_DATABASE_URL: empty.databaseUrl, PAYOUTS_DATABASE_URL: empty.databaseUrl });
      expect(said).toContain('SCHEDULE was missing; declared, 0 events to be published again.\n');
      await isDeclared('SCHEDULE');
    } finally {
      await empty.stop();
    }
  });
});
