import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@punctual/client';
import { eventually } from '@punctual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ProgramEnvironment, runLine, type StartedProgram, startProgram } from './start-program.ts';

let folder: string;
let environment: ProgramEnvironment;
let program: StartedProgram | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-programs-'));
  environment = { PUNCTUAL_STACK_FILE: join(folder, 'stack.json'), GATEWAY_PORT: '0' };
});

afterEach(async () => {
  program?.kill('SIGTERM');
  await program?.exited;
  await rm(folder, { recursive: true });
});

const readStack = async () => JSON.parse(await readFile(join(folder, 'stack.json'), 'utf8'));

test('npm start plays the story, leaves a stack to use, and cleans up on Ctrl-C', { timeout: 150_000 }, async () => {
  const start = startProgram('start', environment);
  program = start;
  await eventually(() => expect(start.output()).toContain('until you press Ctrl-C'), { withinMs: 90_000 });
  expect(start.output()).toContain('The journey succeeded');

  const stack = await readStack();
  expect(stack).toEqual({
    gateway: expect.stringMatching(/^http:/),
    scheduling: expect.stringMatching(/^http:/),
    reminders: expect.stringMatching(/^http:/),
    payouts: expect.stringMatching(/^http:/),
    console: expect.stringMatching(/^http:/),
    nats: expect.stringMatching(/^nats:/),
    postgres: { scheduling: expect.stringMatching(/^postgres:/), payouts: expect.stringMatching(/^postgres:/) },
    mongo: expect.stringMatching(/^mongodb:/),
    issuer: expect.any(String),
    jwks: expect.stringMatching(/^http:/),
    paymentProvider: 'manual',
    pids: {
      gateway: expect.any(Number),
      scheduling: expect.any(Number),
      reminders: expect.any(Number),
      payouts: expect.any(Number),
      console: expect.any(Number),
    },
  });

  expect(start.output()).toContain(`console   ${stack.console} (sign in as Olga`);
  expect((await fetch(`${stack.console}/sign-in`)).url).toContain(`${stack.issuer}/sign-in/`);

  const curlLines = start.output().match(/curl .+/g) ?? [];
  expect(curlLines).toHaveLength(3);
  const answers = await Promise.all(curlLines.map((line) => runLine(line, environment)));
  expect(answers.map((answer) => JSON.parse(answer))).toMatchObject([
    { status: 'ok' },
    { status: 'CONFIRMED', reminderStatus: 'SENT', payoutStatus: 'PENDING' },
    { items: expect.arrayContaining([expect.objectContaining({ kind: 'upcoming-1h', state: 'SENT' })]) },
  ]);
  const token = (await runLine('npm run -s token -- --role ops', environment)).trim();
  await createClient({ url: stack.gateway, token: () => token }).listAssignments();

  process.kill(stack.pids.reminders, 'SIGKILL');
  const { pids } = await eventually(async () => {
    const now = await readStack();
    expect(now.pids.reminders).toBeTypeOf('number');
    expect(now.pids.reminders).not.toBe(stack.pids.reminders);
    expect((await fetch(`${now.reminders}/healthz/ready`)).status).toBe(200);
    return now;
  });

  start.kill('SIGTERM');
  expect(await start.exited).toBe(0);
  await expect(readStack()).rejects.toThrow('ENOENT');
  for (const pid of Object.values<number>(pids)) expect(isAlive(pid)).toBe(false);
  for (const url of [stack.gateway, stack.jwks]) await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('npm start reports a taken port at once, with the remedy, in one line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  program = startProgram('start', { ...environment, GATEWAY_PORT: String(port) });
  expect(await program.exited).toBe(1);
  server.close();
  expect(program.output()).toMatch(new RegExp(`^Port ${port} is in use\\..*GATEWAY_PORT=.*\\n$`));
});

test('npm run demo exits with 1 and the reason when the journey fails', {
  timeout: 90_000,
}, async () => {
  program = startProgram('demo', { ...environment, SCHEDULE_MIN_MINUTES: '600' });
  expect(await program.exited).toBe(1);
  const lastLine = program.output().trim().split('\n').at(-1);
  expect(lastLine).toMatch(/^Carla proposes .*: POST \/jobs\/.* was answered 422 window-too-short: /);
});

test('npm run demo refuses a lead time beyond the horizon by name', {
  timeout: 90_000,
}, async () => {
  const horizonMinutes = 60 * 24 * 60;
  program = startProgram('demo', { ...environment, REMINDER_UPCOMING_24H_MINUTES: String(horizonMinutes + 1) });
  expect(await program.exited).toBe(1);
  const lastLine = program.output().trim().split('\n').at(-1);
  expect(lastLine).toContain(
    'reminders did not become ready: Could not start: REMINDER_UPCOMING_24H_MINUTES: must not be more than SCHEDULE_HORIZON_DAYS',
  );
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
