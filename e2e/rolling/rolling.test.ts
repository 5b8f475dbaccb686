import { createSend, giveJob, propose, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReadyGateways } from '../under-load/ready-gateways.ts';
import { type Outcome, type Sender, type SteadyLoad, startSteadyLoad } from '../under-load/steady-load.ts';

const drainMs = 1_500;
const idleMs = 1_000;
const services = ['scheduling', 'reminders', 'payouts'] as const;

let world: TestStack;
let token: string;
let assignmentId: string;

beforeAll(async () => {
  world = await startTestStack('rolling', {
    instances: 2,
    spread: true,
    environment: { SHUTDOWN_DRAIN_MS: String(drainMs), UPSTREAM_IDLE_MS: String(idleMs) },
  });
  const customer = await world.user('customer');
  const visit = await giveJob(customer, await world.user('provider'));
  await propose(visit);
  ({ assignmentId } = visit);
  token = await world.environment.token(['ops', 'finance', 'customer'], customer.id);
}, 120_000);

afterAll(() => world?.stop());

const sender = (fetch: typeof globalThis.fetch): Sender =>
  createSend({ url: world.stack.addresses.urls.gateway, token, fetch });

/** Stops an instance with SIGTERM and starts a new one. Resolves when that is ready. */
async function roll(name: 'gateway' | (typeof services)[number], instance: number): Promise<void> {
  const service = world.stack.service(name, instance);
  await service.stop();
  await service.start();
}

/** Every request was answered, by every service, including those that must not be repeated. */
function expectNothingLost({ outcomes }: SteadyLoad): void {
  expect(outcomes.filter(({ lost }) => lost)).toEqual([]);
  const answered = Map.groupBy(outcomes, ({ what, status }: Outcome) => `${what}: ${status}`);
  expect([...answered.keys()].sort()).toEqual([
    'GET payouts: 200',
    'GET reminders: 200',
    'GET scheduling: 200',
    'POST payouts: 404',
    'POST scheduling: 201',
    'keyed POST payouts: 404',
    'keyed POST scheduling: 201',
  ]);
}

test('rolling every service, one instance at a time, loses no request', { timeout: 180_000 }, async () => {
  const load = startSteadyLoad([sender(world.fetch)], assignmentId);
  try {
    for (const instance of [0, 1, 0, 1]) await Promise.all(services.map((name) => roll(name, instance)));
  } finally {
    await load.stop();
  }
  expectNothingLost(load);
});

test('rolling the gateway loses no request of a client that follows its readiness', { timeout: 120_000 }, async () => {
  const urls = [0, 1].map((instance) => world.stack.service('gateway', instance).url);
  const gateways = createReadyGateways(urls, idleMs);
  const load = startSteadyLoad([sender(gateways.fetch)], assignmentId);
  try {
    for (const instance of [0, 1, 0, 1]) await roll('gateway', instance);
  } finally {
    await load.stop();
    await gateways.close();
  }
  expectNothingLost(load);
});
