import {
  eventually,
  type SpoilableDatabase,
  spoilableDatabase,
  type TestEnvironment,
  testEnvironment,
  untilReadiness,
} from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let environment: TestEnvironment;
let spoilable: SpoilableDatabase;
let scheduling: SchedulingService;
let neighbours: Neighbours;

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

test.each(['read-only', 'renamed away', 'no permission'])(
  'a database with %s: requests get 503, the service is unready and recovers by itself',
  async (name) => {
    const trouble = spoilable.troubles.find((each) => each.name === name);
    const { customer, job, assignment } = await scheduling.giveJob();

    await trouble?.spoil();
    await neighbours.pay('payout.pending', assignment, { status: 'PENDING', version: 1 });
    const refused = await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
    expect([refused.status, problemOf(refused).code, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      expect.any(String),
    ]);
    await untilReadiness(scheduling.service.url, 503);

    await trouble?.heal();
    expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(600))).status).toBe(200);
    await eventually(async () => {
      expect((await customer.get(`/assignments/${assignment.id}`)).body.payoutStatus).toBe('PENDING');
    });
    await neighbours.published(assignment.id, 1);
    await untilReadiness(scheduling.service.url, 200);
  },
  90_000,
);
