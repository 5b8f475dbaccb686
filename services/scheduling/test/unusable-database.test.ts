import { type SpoilableDatabase, spoilableDatabase, type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let environment: TestEnvironment;
let spoilable: SpoilableDatabase;
let scheduling: SchedulingService;
let neighbours: Neighbours;
const patience = { timeout: 30_000, interval: 100 };

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  spoilable = await spoilableDatabase(environment.databaseUrl);
  scheduling = await startScheduling({ DATABASE_URL: spoilable.url });
  neighbours = await joinNeighbours(scheduling.environment);
});

afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
  await spoilable.stop();
  await environment.stop();
});

const readiness = async () => (await fetch(`${scheduling.service.url}/healthz/ready`)).status;

test.each(['read-only', 'renamed away', 'no permission'])(
  'a database with %s: people get 503, the service is not ready, and goes on by itself',
  async (name) => {
    const trouble = spoilable.troubles.find((each) => each.name === name);
    const { customer, job, assignment } = await scheduling.cast();

    await trouble?.spoil();
    await neighbours.pay('payout.pending', assignment, { status: 'PENDING', version: 1 });
    const refused = await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
    expect([refused.status, problemOf(refused).code, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      expect.any(String),
    ]);
    await vi.waitFor(async () => expect(await readiness()).toBe(503), patience);

    await trouble?.heal();
    expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(600))).status).toBe(200);
    await vi.waitFor(async () => {
      expect((await customer.get(`/assignments/${assignment.id}`)).body.payoutStatus).toBe('PENDING');
    }, patience);
    await neighbours.published(assignment.id, 1);
    await vi.waitFor(async () => expect(await readiness()).toBe(200), patience);
  },
  90_000,
);
