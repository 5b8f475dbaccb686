import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { applyStreams, natsSignIn } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { BrokerConfig, connectBroker, readConfig, startConsumer } from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

// As in a deployment: the service signs in as its own user, and only ops declares consumers.

const durable = 'payouts-schedule';

let environment: TestEnvironment;
let ops: NatsConnection;
let lifecycle: OwnedLifecycle;
let lines: string[];

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
  await applyStreams(environment.natsUrl);
  ops = await connect({ servers: environment.natsUrl, ...natsSignIn('ops') });
});

afterAll(async () => {
  await ops?.close();
  await environment?.stop();
});

beforeEach(() => {
  lines = [];
});

afterEach(() => lifecycle.shutdown());

function startPayouts(subjects: readonly string[]) {
  const { user, pass } = natsSignIn('payouts');
  const env = { ...environment.env, NATS_USER: user, NATS_PASSWORD: pass };
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  lifecycle = createLifecycle(logger);
  const broker = connectBroker({ config: readConfig(BrokerConfig, env), name: 'payouts', logger, lifecycle });
  const handling = { read: () => undefined, handle: async () => {} };
  startConsumer({ broker, logger, lifecycle }, { stream: 'SCHEDULE', durable, subjects, ...handling });
}

test('a consumer that differs from the release is used unchanged, with a warning', async () => {
  startPayouts(['schedule.confirmed']);
  await eventually(() => expect(lines.join('')).toContain('Consumer differs from this release'));
  const { consumers } = await jetstreamManager(ops);
  expect((await consumers.info('SCHEDULE', durable)).config.filter_subjects).toEqual(['schedule.>']);
});

test('a missing consumer is reported with the command that declares it', async () => {
  const { consumers } = await jetstreamManager(ops);
  await consumers.delete('SCHEDULE', durable);
  startPayouts(['schedule.>']);
  await eventually(() => expect(lines.join('')).toContain('only `ops streams apply` may declare this consumer'));
  await applyStreams(environment.natsUrl);
  await eventually(() => expect(lines.join('')).toContain('Consuming again'));
});
