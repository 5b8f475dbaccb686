import { startService } from '@punctual/chassis';
import { testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scheduling as definition } from '../src/app.ts';
import { schema } from '../src/persistence/schema.ts';
import { joinNeighbours } from './neighbours.ts';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

test('commands succeed while NATS is down, and their events follow', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  await scheduling.environment.stopNats();
  expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(60))).status).toBe(200);
  expect((await provider.post(`/assignments/${assignment.id}/schedule/confirm`)).status).toBe(200);
  expect((await fetch(`${scheduling.service.url}/healthz/ready`)).status).toBe(200);

  await scheduling.environment.startNatsAgain();
  const neighbours = await joinNeighbours(scheduling.environment);
  const events = await neighbours.published(assignment.id, 2);
  expect(events.map(({ type }) => type)).toEqual(['schedule.proposed', 'schedule.confirmed']);
  await neighbours.stop();
});

test('two instances that start at once migrate an empty database once and both serve', async () => {
  const environment = await testEnvironment({ postgres: true, nats: true });
  const starting = [1, 2, 3].map(() => startService(definition, { ...environment.env, LOG_LEVEL: 'fatal' }));
  const services = await Promise.all(starting);
  for (const { url } of services) expect((await fetch(`${url}/healthz/ready`)).status).toBe(200);

  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  const { rows } = await database.query('select name from mikro_orm_migrations');
  expect(rows).toHaveLength(schema.migrations.length);
  await database.end();
  await Promise.all(services.map((each) => each.stop()));
  await environment.stop();
});
