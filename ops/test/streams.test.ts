import { execFile, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streamCreatedAt } from '@punctual/chassis';
import { eventually, natsSignIn, type Server, startNats } from '@punctual/devstack';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

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

/** As the user that may declare streams and nothing else. */
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

test('apply takes the limits from the environment, and shrinks a stream only with --yes', async () => {
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

test('a stream without limits, as the previous release declared it, counts as shrinking', async () => {
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: 'SCHEDULE', subjects: ['schedule.>'] });
  expect(await apply()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('SCHEDULE: max_age unlimited -> 30 days (shrinks)\n'),
  });
  expect(await configOf('SCHEDULE')).toMatchObject({ max_age: 0 });
});

test('the copies of a stream that was declared again are replaced, and follow it', async () => {
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
  // A position of the stream holds on its copy, and the other way round.
  const [origin, copied] = [await streams.info('REMINDER'), await copy.streams.info('REMINDER')];
  expect(copied.created).not.toBe(origin.created);
  expect(streamCreatedAt(copied)).toBe(Date.parse(origin.created));
  await reader.close();
});

test('--watch declares a lost stream again within ten seconds, and says so', async () => {
  const watch = spawn(process.execPath, [main, 'streams', 'apply', '--watch'], {
    env: environment({}),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  watch.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  try {
    await eventually(async () => expect(said).toContain('Streams are declared; watching.'));
    const { streams } = await jetstreamManager(connection);
    for (const lost of ['SCHEDULE', 'DLQ']) await streams.delete(lost);
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline && !said.includes('DLQ is gone')) await delay(100);
    expect(await configOf('SCHEDULE')).toMatchObject({ max_age: 30 * day });
    await eventually(async () => expect(await configOf('DLQ')).toMatchObject({ max_age: 30 * day }));
    // No database is given to it here.
    expect(said).toContain('SCHEDULE is gone; declared again, empty. Fill it: npm run ops -- rebuild-stream');
  } finally {
    watch.kill('SIGTERM');
  }
  await new Promise((resolve) => watch.once('exit', resolve));
  expect(watch.exitCode).toBe(0);
});
