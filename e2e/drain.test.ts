import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { ServiceName } from '@punctual/devstack';
import {
  eventually,
  giveJob,
  type RunningService,
  runService,
  startTestStack,
  type TestStack,
  untilReadiness,
} from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const drainMs = 5_000;

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('drain');
});

afterAll(() => world?.stop());

/** Another instance of a service of the stack, without supervision. */
async function run(name: ServiceName): Promise<RunningService> {
  const { urls } = world.stack.addresses;
  const service = await runService(name, {
    ...world.environment.env,
    SHUTDOWN_DRAIN_MS: String(drainMs),
    SCHEDULING_URL: urls.scheduling,
    REMINDERS_URL: urls.reminders,
    PAYOUTS_URL: urls.payouts,
  });
  await untilReadiness(service.url, 200);
  return service;
}

/** Sends a request on a new keep-alive connection. */
async function ask(
  service: RunningService,
  path: string,
  { token = '', body }: { token?: string; body?: string } = {},
) {
  const sent = send(service, path, { token, length: body?.length });
  sent.end(body);
  return receive(sent);
}

function send(
  service: RunningService,
  path: string,
  { token, length }: { token: string; length?: number | undefined },
) {
  const headers = {
    connection: 'keep-alive',
    authorization: `Bearer ${token}`,
    ...(length !== undefined && { 'content-type': 'application/json', 'content-length': length }),
  };
  return request(service.url + path, { method: length === undefined ? 'GET' : 'POST', headers, agent: false });
}

async function receive(sent: ReturnType<typeof send>) {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, connection: response.headers.connection, text };
}

const job = JSON.stringify({ title: 'A tap leaks', timezone: 'UTC', price: { amountMinor: 5000, currency: 'EUR' } });

test('a stopping service reports not ready, keeps serving new connections, then closes', async () => {
  const service = await run('scheduling');
  const token = await world.environment.token('customer');
  expect(await ask(service, '/assignments', { token })).toMatchObject({ status: 200, connection: 'keep-alive' });
  const unfinished = send(service, '/jobs', { token, length: job.length });
  unfinished.write(job.slice(0, 10));
  await ask(service, '/healthz/live');

  const start = performance.now();
  service.kill('SIGTERM');
  await eventually(async () => expect(await ask(service, '/healthz/ready')).toMatchObject({ status: 503 }));
  expect(JSON.parse((await ask(service, '/healthz/ready')).text)).toMatchObject({ status: 'stopping' });
  unfinished.end(job.slice(10));
  expect(await receive(unfinished)).toMatchObject({ status: 201, connection: 'close' });
  expect(await ask(service, '/jobs', { token, body: job })).toMatchObject({ status: 201, connection: 'close' });
  expect(await ask(service, '/healthz/live')).toMatchObject({ status: 200, connection: 'close' });

  expect(await service.exited).toBe(0);
  expect(performance.now() - start).toBeGreaterThan(drainMs - 100);
  await expect(ask(service, '/healthz/live')).rejects.toThrow('ECONNREFUSED');
});

test('a stream of changes continues while the gateway drains, then ends as a complete response', async () => {
  const gateway = await run('gateway');
  const customer = await world.user('customer');
  const { assignmentId } = await giveJob(customer, await world.user('provider'));
  const token = await world.environment.token('customer', customer.id);
  const open = async () => {
    const response = await fetch(`${gateway.url}/assignments/${assignmentId}/changes`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, whole: response.text() };
  };
  const before = await open();
  gateway.kill('SIGTERM');
  await eventually(async () => expect(await ask(gateway, '/healthz/ready')).toMatchObject({ status: 503 }));
  const after = await open();

  expect([before.status, after.status]).toEqual([200, 200]);
  expect(await before.whole).toContain(': open');
  expect(await after.whole).toContain(': open');
  expect(await gateway.exited).toBe(0);
});
