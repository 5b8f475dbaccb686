import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Changes, changesOf, openChanges } from './open-changes.ts';
import { type Producer, startProducer } from './producer.ts';

const count = 1_000;
/** One stream in ten has its own assignment; the others share a hundred. */
const assignments = Array.from({ length: 200 }, () => randomUUID());
const assignmentOf = (n: number) => String(assignments[n % 10 === 0 ? 100 + ((n / 10) % 100) : n % 100]);

let environment: TestEnvironment;
let producer: Producer;
let scheduling: FakeService;
let gateway: Awaited<ReturnType<typeof startGatewayProcess>>;
let authorization: string;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
  producer = await startProducer(environment.natsUrl);
  await producer.declare();
  scheduling = await startFakeService(({ url = '' }, response) => json(response, 200, { id: url.split('/').at(-1) }));
  gateway = await startGatewayProcess();
  authorization = `Bearer ${await environment.token('ops')}`;
});

afterAll(async () => {
  await gateway.stop();
  await scheduling.stop();
  await producer.stop();
  await environment.stop();
});

/** A separate process, so that its memory can be measured. */
async function startGatewayProcess() {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', main], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: {
      ...environment.env,
      PATH: process.env.PATH ?? '',
      SCHEDULING_URL: scheduling.url,
      REMINDERS_URL: scheduling.url,
      PAYOUTS_URL: scheduling.url,
      RATE_LIMIT_PER_USER: '100000',
      // All streams are of one user, at one address.
      MAX_CHANGE_STREAMS_PER_USER: String(count),
      MAX_CONNECTIONS_PER_USER: '2000',
      MAX_CONNECTIONS_PER_ADDRESS: '2000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (output.includes('"listening"')) break;
  }
  child.stdout.resume();
  return {
    url: String(/"url":"([^"]+)"/.exec(output)?.[1]),
    memoryMb: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const start = performance.now();
      const [code] = await exited;
      return { code, ms: performance.now() - start };
    },
  };
}

async function openAll(lastIds: (string | undefined)[] = []): Promise<Changes[]> {
  const all: Changes[] = [];
  for (let n = 0; n < count; n += 50) {
    const batch = Array.from({ length: 50 }, (_, k) => {
      const lastId = lastIds[n + k];
      return openChanges(gateway.url, changesOf(assignmentOf(n + k)), {
        authorization,
        ...(lastId && { 'last-event-id': lastId }),
      });
    });
    all.push(...(await Promise.all(batch)));
  }
  return all;
}

async function publishToAll(version: number): Promise<void> {
  await Promise.all(
    assignments.map((assignmentId) => producer.publish('schedule.proposed', { assignmentId, version })),
  );
}

async function untilAllHave(streams: Changes[], events: number): Promise<number> {
  const start = performance.now();
  await Promise.all(streams.map((stream) => stream.until(events, 30_000)));
  return Math.round(performance.now() - start);
}

test('a gateway serves a thousand streams, also after its restart', async () => {
  const idleMb = gateway.memoryMb();
  let start = performance.now();
  const streams = await openAll();
  const openedMs = Math.round(performance.now() - start);
  expect(streams.every(({ status }) => status === 200)).toBe(true);

  await publishToAll(1);
  await untilAllHave(streams, 1);
  start = performance.now();
  await publishToAll(2);
  const publishedMs = Math.round(performance.now() - start);
  const deliveredMs = await untilAllHave(streams, 2);
  const memoryMb = gateway.memoryMb();
  expect(deliveredMs).toBeLessThan(2_000);
  expect(memoryMb).toBeLessThan(300);

  const stopped = await gateway.stop();
  expect(stopped.code).toBe(0);
  await Promise.all(streams.map(({ ended }) => ended));
  await publishToAll(3);
  gateway = await startGatewayProcess();
  start = performance.now();
  const resumed = await openAll(streams.map((stream) => stream.lastId()));
  await untilAllHave(resumed, 1);
  const resumedMs = Math.round(performance.now() - start);
  await publishToAll(4);
  await untilAllHave(resumed, 2);
  await delay(200);
  for (const { events } of resumed) expect(events.map(({ data }) => Number(data.sequence))).toEqual([3, 4]);

  const figures = { idleMb, memoryMb, openedMs, publishedMs, deliveredMs, stoppedMs: stopped.ms, resumedMs };
  process.stdout.write(
    `${count} streams: ${JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Math.round(value) : value))}\n`,
  );
  for (const stream of resumed) stream.leave();
}, 120_000);
