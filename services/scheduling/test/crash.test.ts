import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually, untilReadiness } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

const customers = 20;
const kills = 4;

let scheduling: SchedulingService;
let port: number;
let child: ChildProcess;

beforeAll(async () => {
  scheduling = await startScheduling();
  port = await freePort();
});

afterAll(async () => {
  child?.kill('SIGKILL');
  await scheduling.stop();
});

test('a command repeated with its key across kills is applied once', async () => {
  const casts = await Promise.all(Array.from({ length: customers }, () => scheduling.giveJob()));
  const url = `http://127.0.0.1:${port}`;
  await startProcess(url);
  let unanswered = 0;

  const proposing = casts.map(async ({ customer, job }) => {
    const path = `/jobs/${job.id}/schedule`;
    const at = await scheduling.user('customer', { id: customer.id, url });
    for (let version = 1; version <= 5; version += 1) {
      const key = { 'idempotency-key': randomUUID() };
      const window = windowIn(600 + version * 60);
      const reply = await eventually(
        async () => {
          try {
            const answer = await at.post(path, window, key);
            expect(answer.status).toBe(200);
            return answer;
          } catch (error) {
            unanswered += 1;
            throw error;
          }
        },
        { withinMs: 60_000 },
      );
      expect(reply.body.scheduleVersion).toBe(version);
    }
  });
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await startProcess(url);
  }
  await Promise.all(proposing);

  expect(unanswered).toBeGreaterThan(0);
  for (const { customer, assignment } of casts) {
    const { body } = await customer.get<{ items: { version: number }[] }>(`/assignments/${assignment.id}/timeline`);
    expect(body.items.map(({ version }) => version)).toEqual([0, 1, 2, 3, 4, 5]);
  }
}, 120_000);

async function startProcess(url: string): Promise<void> {
  child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...scheduling.environment.env, PORT: String(port), LOG_LEVEL: 'silent' },
    stdio: 'ignore',
  });
  await untilReadiness(url, 200);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The socket has no port.');
  return address.port;
}
