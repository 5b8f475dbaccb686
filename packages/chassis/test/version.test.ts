import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ServiceContract, ServiceVersion } from '@punctual/contracts/compatibility';
import { type NatsUser, natsSignIn } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  announce,
  BrokerConfig,
  connectBroker,
  createHttpApp,
  HttpConfig,
  readConfig,
  readVersion,
  startService,
} from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'punctual-version-'))}/`);
writeFileSync(
  new URL('package.json', folder),
  JSON.stringify({ version: '1.4.0', dependencies: { '@punctual/contracts': '1.2.0' } }),
);
const consumes = { 'payouts-schedule': { events: ['schedule.completed'], fields: ['id', 'data.price'] } };
writeFileSync(new URL('consumes.json', folder), JSON.stringify(consumes));

const version = readVersion('payouts', folder, '5972e9e');

test('readVersion reads the manifest, the declared use of events and the contracts', () => {
  expect(version).toMatchObject({ service: 'payouts', version: '1.4.0', contracts: '1.2.0', revision: '5972e9e' });
  expect(version.consumes).toEqual(consumes);
  expect(version.publishes).toContain('payout.paid');
  expect(version.publishes).not.toContain('schedule.completed');
  expect(version.serves).toContain('approvePayout');
  expect(version.serves).not.toContain('getJob');
  expect(readVersion('payouts', folder, undefined).revision).toBeNull();
});

test('GET /version answers what the service is, cacheable for seconds', async () => {
  const service = await startService(
    {
      name: 'payouts',
      config: HttpConfig,
      createApp: async ({ logger, lifecycle }) =>
        createHttpApp({
          logger,
          lifecycle,
          authenticate: () => Promise.reject(new Error('not asked')),
          checks: [],
          version,
          routes: [],
        }),
    },
    { LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0' },
  );
  const answer = await fetch(`${service.url}/version`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=10');
  expect(ServiceVersion.parse(await answer.json())).toEqual(version);
  await service.stop();
});

let environment: TestEnvironment;
let ops: NatsConnection;
let open: OwnedLifecycle[];
let warned: string[];

beforeEach(async () => {
  environment = await testEnvironment({ nats: true });
  ops = await connect({ servers: environment.natsUrl });
  open = [];
  warned = [];
});

afterEach(async () => {
  for (const lifecycle of open) await lifecycle.shutdown();
  await ops.close();
  await environment.stop();
});

/** An instance that is connected as this NATS user. */
async function instance(user: NatsUser) {
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line).msg) });
  const lifecycle = createLifecycle(logger);
  open.push(lifecycle);
  const settings = { NATS_URL: environment.natsUrl, NATS_USER: user, NATS_PASSWORD: natsSignIn(user).pass };
  const broker = connectBroker({ config: readConfig(BrokerConfig, settings), name: user, logger, lifecycle });
  announce({ broker, logger, version });
  await (await broker.connected()).connection.flush();
  return broker;
}

async function ask(subject: string): Promise<Record<string, unknown>[]> {
  const answers = [];
  const options = { strategy: 'stall', stall: 500, maxWait: 2_000 } as const;
  for await (const answer of await ops.requestMany(subject, '', options)) answers.push(answer.json());
  return answers as Record<string, unknown>[];
}

test('every instance answers as a NATS service, and with its contract', async () => {
  await instance('payouts');
  await instance('payouts');
  const infos = await ask('$SRV.INFO');
  expect(infos).toHaveLength(2);
  for (const info of infos) {
    const { id, endpoints } = info as { id: string; endpoints: { subject: string }[] };
    expect(info).toMatchObject({ type: 'io.nats.micro.v1.info_response', name: 'payouts', version: '1.4.0' });
    expect(info.metadata).toEqual({ revision: '5972e9e', contracts: '1.2.0', started: version.startedAt });
    expect(endpoints[0]?.subject).toBe(`contracts.payouts.${id}`);
    expect(await ask(`$SRV.PING.payouts.${id}`)).toMatchObject([{ id, type: 'io.nats.micro.v1.ping_response' }]);

    const contract = ServiceContract.parse((await ask(`contracts.payouts.${id}`))[0]);
    expect(contract).toMatchObject({ service: 'payouts', version: '1.4.0', consumes });
    expect(Object.keys(contract.shapes).sort()).toEqual([...version.publishes, 'schedule.completed'].sort());
  }
  const stats = await ask('$SRV.STATS.payouts');
  expect(stats.map(({ endpoints }) => endpoints)).toMatchObject([[{ num_requests: 1 }], [{ num_requests: 1 }]]);
  expect(await ask('$SRV.PING.payouts.another')).toEqual([]);
  expect(await ask('$SRV.NONSENSE')).toEqual([]);
});

test('an instance is announced again after an outage of NATS', async () => {
  await instance('payouts');
  await ops.close();
  await environment.stopNats();
  await environment.startNatsAgain();
  ops = await connect({ servers: environment.natsUrl });
  await eventually(async () => expect(await ask('$SRV.PING')).toHaveLength(1), { withinMs: 15_000 });
});

test('a NATS that refuses announcements leaves the service connected', async () => {
  const broker = await instance('notifier');
  await eventually(async () => expect(warned).toContain('Not announced on NATS'));
  await broker.check();
  await expect(ask('$SRV.PING')).rejects.toThrow('no responders');
});
