import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type DeployableName, deployableNames } from '@punctual/devstack';
import { eventually, type RunningService, runService, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTcpServer, type TcpServer } from './tcp-server.ts';

const graceMs = 6_000;
/** Allowance for a busy machine. */
const slackMs = 2_000;
const upstreams = {
  SCHEDULING_URL: 'http://127.0.0.1:9',
  REMINDERS_URL: 'http://127.0.0.1:9',
  PAYOUTS_URL: 'http://127.0.0.1:9',
  PUBLIC_URL: 'http://127.0.0.1:9',
  GATEWAY_URL: 'http://127.0.0.1:9',
  OIDC_ISSUER: 'http://127.0.0.1:9',
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'console',
  SESSION_SECRET: 'of at least thirty-two bytes, as it must be',
};

let environment: TestEnvironment;
/** The database of payouts. */
let other: TestEnvironment;
let silent: TcpServer;
let running: RunningService[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true, mongo: true, nats: true, streams: true });
  other = await testEnvironment({ postgres: true });
  silent = await startTcpServer();
});

afterEach(async () => {
  for (const { kill } of running) kill('SIGKILL');
  await Promise.all(running.map(({ exited }) => exited));
  running = [];
});

afterAll(async () => {
  silent.stop();
  await other.stop();
  await environment.stop();
});

async function run(name: DeployableName, more: Record<string, string> = {}): Promise<RunningService> {
  const service = await runService(name, { ...environment.env, SHUTDOWN_GRACE_MS: String(graceMs), ...more });
  running.push(service);
  return service;
}

const answer = async (service: RunningService, path: string) => {
  const response = await fetch(service.url + path, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.json(), retryAfter: response.headers.get('retry-after') };
};
const untilLive = (service: RunningService) =>
  eventually(async () => expect(await answer(service, '/healthz/live')).toMatchObject({ status: 200 }));
const untilReady = (service: RunningService) =>
  eventually(async () => expect(await answer(service, '/healthz/ready')).toMatchObject({ status: 200 }));

async function expectCleanStop(service: RunningService) {
  const start = performance.now();
  service.kill('SIGTERM');
  await delay(100);
  service.kill('SIGTERM');
  service.kill('SIGINT');
  expect(await service.exited).toBe(0);
  expect(performance.now() - start).toBeLessThan(graceMs + slackMs);
}

/** A database that accepts connections and never answers. */
const silentDatabase = () => ({ DATABASE_URL: `postgres://user:secret@${silent.address}/db?connect_timeout=60` });

test.each(['scheduling', 'payouts'] as const)('%s stops while its database is silent', async (name) => {
  const service = await run(name, silentDatabase());
  await untilLive(service);
  expect(await answer(service, '/healthz/ready')).toMatchObject({ status: 503, body: { status: 'starting' } });
  expect(await answer(service, '/jobs')).toMatchObject({
    status: 503,
    body: { code: 'unavailable' },
    retryAfter: '1',
  });
  await expectCleanStop(service);
});

test('reminders stops while MongoDB is silent', async () => {
  const service = await run('reminders', {
    MONGO_URL: `mongodb://${silent.address}/db?directConnection=true`,
  });
  await untilLive(service);
  await expectCleanStop(service);
});

test.each(deployableNames)('%s starts and stops while NATS and the issuer are silent', async (name) => {
  const service = await run(name, {
    ...upstreams,
    ...(name === 'payouts' && { DATABASE_URL: other.databaseUrl }),
    NATS_URL: `nats://${silent.address}`,
    AUTH_JWKS_URL: `http://${silent.address}/keys`,
  });
  await untilReady(service);
  const authorization = `Bearer ${await environment.token('ops')}`;
  const asked = fetch(`${service.url}/assignments`, { headers: { authorization } }).catch(() => undefined);
  await delay(100);
  await expectCleanStop(service);
  await asked;
});

test.each([
  ['scheduling', 'DATABASE_URL'],
  ['reminders', 'MONGO_URL'],
  ['scheduling', 'NATS_URL'],
  ['reminders', 'NATS_URL'],
] as const)('%s, whose %s has fallen silent, stops with a request and its jobs waiting', async (name, variable) => {
  const url = new URL(String(environment.env[variable]));
  const link = await startTcpServer({ host: url.hostname, port: Number(url.port) });
  url.host = link.address;
  const service = await run(name, { [variable]: url.href });
  await untilReady(service);
  link.fallSilent();
  const authorization = `Bearer ${await environment.token('ops')}`;
  const path = name === 'reminders' ? '/workers/reminders/health' : '/assignments';
  const asked = fetch(service.url + path, { headers: { authorization } }).catch(() => undefined);
  await delay(1_500);
  await expectCleanStop(service);
  await asked;
  link.stop();
});

test('a service stops although a connection never sends a request', async () => {
  const service = await run('gateway', upstreams);
  await untilReady(service);
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  await expectCleanStop(service);
  socket.destroy();
});

test('a failed start exits with code 1 and the reason', async () => {
  const service = await run('scheduling', { DATABASE_URL: 'postgres://user@127.0.0.1:9/db' });
  expect(await service.exited).toBe(1);
  expect(await service.output).toMatch(/"level":"fatal".*"Could not start"/);
});

test('a service refuses a drain that leaves no time to stop, by name', async () => {
  const service = await run('gateway', { ...upstreams, SHUTDOWN_DRAIN_MS: '6000' });
  expect(await service.exited).toBe(1);
  expect(await service.output).toContain('SHUTDOWN_DRAIN_MS: must be less than SHUTDOWN_GRACE_MS');
});
