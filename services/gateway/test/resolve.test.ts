import type { LookupAddress } from 'node:dns';
import { PassThrough } from 'node:stream';
import { type Service, type ServiceDefinition, startService } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Config } from '../src/config.ts';
import { readJson } from '../src/http/forward.ts';
import type { Lookup } from '../src/upstream/addresses.ts';
import { connectUpstreams, type Upstreams } from '../src/upstream/upstreams.ts';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { startGateway } from './gateway.ts';

// Linux answers on every address of 127.0.0.0/8, so one port can be several hosts.
const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

let service: Service | undefined;
let instances: FakeService[];
let port: number;
let lookup: Lookup;

beforeEach(async () => {
  instances = [];
  for (const host of hosts) {
    const answer = (_request: unknown, response: Parameters<typeof json>[0]) => json(response, 200, { host });
    instances.push(await startFakeService(answer, instances[0]?.port ?? 0, host));
  }
  port = instances[0]?.port ?? 0;
});

afterEach(async () => {
  await service?.stop();
  for (const each of instances) await each.stop();
});

const resolvesTo =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: 4 }));

/** What the gateway has of upstreams, with a resolver of the test's own. */
async function connect(environment: Record<string, string> = {}): Promise<Upstreams> {
  let upstreams: Upstreams | undefined;
  const definition: ServiceDefinition<Config> = {
    name: 'resolve',
    config: Config,
    createApp: async (deps) => {
      upstreams = connectUpstreams({ ...deps, lookup: (hostname) => lookup(hostname) });
      return express();
    },
  };
  service = await startService(definition, {
    LOG_LEVEL: 'silent',
    AUTH_JWKS_URL: 'http://127.0.0.1:9',
    AUTH_ISSUER: 'issuer',
    AUTH_AUDIENCE: 'audience',
    NATS_URL: 'nats://127.0.0.1:9',
    SCHEDULING_URL: `http://scheduling.internal:${port}`,
    REMINDERS_URL: 'http://127.0.0.1:9',
    PAYOUTS_URL: 'http://127.0.0.1:9',
    UPSTREAM_RESOLVE_MS: '100',
    ...environment,
  });
  return upstreams as Upstreams;
}

/** Sends a command without a key, which is never repeated. Returns the host that got it. */
async function ask({ scheduling }: Upstreams): Promise<string> {
  const answer = await scheduling({
    method: 'POST',
    path: '/',
    headers: {},
    client: new PassThrough(),
    sender: 'test',
  });
  return ((await readJson(answer)) as { host: string }).host;
}

async function askAll(upstreams: Upstreams, times = 30): Promise<string[]> {
  const answered = new Set<string>();
  for (let n = 0; n < times; n += 1) answered.add(await ask(upstreams));
  return [...answered].sort();
}

test('a host name stands for all its addresses, and is sent as Host', async () => {
  lookup = resolvesTo(...hosts);
  expect(await askAll(await connect())).toEqual(hosts);
  const names = instances.flatMap(({ received }) => received.map(({ headers }) => headers.host));
  expect(new Set(names)).toEqual(new Set([`scheduling.internal:${port}`]));
});

test('new addresses of a name get requests, and removed ones get none', async () => {
  lookup = resolvesTo('127.0.0.1');
  const upstreams = await connect();
  expect(await askAll(upstreams)).toEqual(['127.0.0.1']);
  lookup = resolvesTo('127.0.0.2', '127.0.0.3');
  await eventually(async () => expect(await askAll(upstreams)).toEqual(['127.0.0.2', '127.0.0.3']));
});

test('a request that finds no instance resolves the name again', async () => {
  lookup = resolvesTo('127.0.0.1');
  const upstreams = await connect({ UPSTREAM_RESOLVE_MS: '600000' });
  await ask(upstreams);
  await instances[0]?.stop();
  lookup = resolvesTo('127.0.0.2');
  expect(await ask(upstreams)).toBe('127.0.0.2');
  instances.shift();
});

test('the last addresses stay while the name cannot be resolved', async () => {
  lookup = resolvesTo('127.0.0.2');
  const upstreams = await connect();
  expect(await ask(upstreams)).toBe('127.0.0.2');
  let failed = 0;
  for (const answer of [() => Promise.reject(new Error('EAI_AGAIN')), () => Promise.resolve([])]) {
    failed = 0;
    lookup = () => {
      failed += 1;
      return answer();
    };
    await eventually(() => expect(failed).toBeGreaterThan(2));
    expect(await ask(upstreams)).toBe('127.0.0.2');
  }
});

test('a name that fails to resolve at the start is used once it resolves', async () => {
  lookup = () => Promise.reject(new Error('ENOTFOUND'));
  const upstreams = await connect({ UPSTREAM_RESOLVE_MS: '600000' });
  await expect(ask(upstreams)).rejects.toThrow('no address');
  lookup = resolvesTo('127.0.0.3');
  expect(await ask(upstreams)).toBe('127.0.0.3');
});

test('a silent resolver delays no request', async () => {
  lookup = () => new Promise(() => undefined);
  const upstreams = await connect({ UPSTREAM_CONNECT_TIMEOUT_MS: '200' });
  const start = performance.now();
  await expect(ask(upstreams)).rejects.toThrow('no address');
  expect(performance.now() - start).toBeLessThan(3_000);
});

test('one unresolvable name among several does not matter', async () => {
  lookup = (hostname) =>
    hostname === 'gone.internal' ? Promise.reject(new Error('ENOTFOUND')) : resolvesTo('127.0.0.1')();
  const urls = ['gone.internal', 'scheduling.internal', '127.0.0.3'].map((host) => `http://${host}:${port}`);
  expect(await askAll(await connect({ SCHEDULING_URL: urls.join(',') }))).toEqual(['127.0.0.1', '127.0.0.3']);
});

test('names resolve by the system: localhost, whatever its addresses', async () => {
  const gateway = await startGateway({ SCHEDULING_URL: `http://localhost:${port}` });
  try {
    for (let n = 0; n < 5; n += 1) expect(await gateway.call('POST', '/jobs')).toMatchObject({ status: 200 });
  } finally {
    await gateway.stop();
  }
});
