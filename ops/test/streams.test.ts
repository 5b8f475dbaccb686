import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streamCreatedAt } from '@punctual/chassis';
import { natsSignIn, type Server, startNats } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const names = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'REPLAY', 'ADVISORY', 'AUDIT'];
const day = 86_400_000_000_000;

let nats: Server;
let connection: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  connection = await connect({ servers: nats.url, ...natsSignIn('ops'), reconnectTimeWait: 100 });
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
    const days = name === 'AUDIT' ? 730 : name === 'REPLAY' || name === 'ADVISORY' ? 7 : 30;
    const discard = name === 'ADVISORY' ? 'old' : 'new';
    const [deny_delete, deny_purge] = [name === 'AUDIT', name === 'AUDIT'];
    const limits = { max_age: days * day, max_bytes: 512 * 1024 * 1024 };
    expect(await configOf(name)).toMatchObject({ ...limits, discard, deny_delete, deny_purge });
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
    expect(said).toContain('SCHEDULE was missing; declared. Its producer publishes again what it has kept.\n');
  });

  test('has copies and readers of a stream that lost its end begin again', async () => {
    await start();
    const publish = async (...ids: string[]) => {
      for (const msgID of ids) await jetstream(connection).publish('schedule.proposed', msgID, { msgID });
    };
    const { streams } = await jetstreamManager(connection);
    const gateway = await connect({ servers: nats.url, ...natsSignIn('gateway'), maxReconnectAttempts: -1 });
    const copies = (await jetstreamManager(gateway)).streams;
    const copied = async () => {
      const { state } = await copies.info('SCHEDULE');
      const consumer = await jetstream(gateway).consumers.get('SCHEDULE');
      const found: string[] = [];
      if (state.messages === 0) return found;
      for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 2_000 }))
        found.push(message.string());
      return found;
    };
    await publish('1', '2');
    await putBackAfter(async () => {
      await publish('3', '4', '5');
      await eventually(async () => expect(await copied()).toEqual(['1', '2', '3', '4', '5']));
    });
    const began = streamCreatedAt(await streams.info('SCHEDULE'));
    // As many as were lost and more, before anyone has looked.
    await publish('3', 'new', '4', '5', '6');

    await eventually(() => expect(said).toContain('SCHEDULE has lost its last messages'), { withinMs: 10_000 });
    await eventually(async () => expect(await copied()).toEqual(['1', '2', '3', 'new', '4', '5', '6']), {
      withinMs: 10_000,
    });
    const now = streamCreatedAt(await streams.info('SCHEDULE'));
    expect(now).toBeGreaterThan(began);
    expect(streamCreatedAt(await copies.info('SCHEDULE'))).toBe(now);
    await gateway.close();
  }, 60_000);

  test('resets a consumer that is ahead of its stream', async () => {
    await start();
    const { consumers } = await jetstreamManager(connection);
    await jetstream(connection).publish('schedule.proposed', 'a');
    await consumers.reset('SCHEDULE', 'payouts-schedule', 10);

    await eventually(() => expect(said).toContain('payouts-schedule on SCHEDULE: was at 9, reset to 2\n'));

    expect((await consumers.info('SCHEDULE', 'payouts-schedule')).delivered.stream_seq).toBe(1);
  });
});

/** Puts the streams back as they were before `work`, while the copies keep what they have. */
async function putBackAfter(work: () => Promise<void>): Promise<void> {
  const origin = join(nats.folder ?? '', 'jetstream', 'PUNCTUAL', 'streams');
  await nats.halt();
  await cp(origin, `${nats.folder}/old`, { recursive: true });
  await nats.resume();
  await eventually(() => connection.rtt());
  await work();
  await nats.halt();
  await rm(origin, { recursive: true });
  await cp(`${nats.folder}/old`, origin, { recursive: true });
  await nats.resume();
  await eventually(() => connection.rtt());
}
