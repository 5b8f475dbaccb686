import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

test('a repeated command replays its response and changes nothing', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const key = { 'idempotency-key': 'propose-1' };
  const window = windowIn(60);
  const first = await customer.post(`/jobs/${job.id}/schedule`, window, key);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`);

  // Neither the state, which has gone on, nor a stale precondition stands in the way of a replay.
  const again = await customer.post(`/jobs/${job.id}/schedule`, window, { ...key, 'if-match': '"0"' });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('etag')).toBe('"1"');
  expect([again.status, again.body]).toEqual([first.status, first.body]);
  expect((await customer.get(`/assignments/${assignment.id}`)).body.scheduleVersion).toBe(2);
});

test('a created resource is created once', async () => {
  const customer = await scheduling.user('customer');
  const body = { title: 'Leak', timezone: 'Europe/Berlin', price: { amountMinor: 100, currency: 'EUR' } };
  const key = { 'idempotency-key': 'job-1' };
  const created = await customer.post<{ id: string }>('/jobs', body, key);
  const again = await customer.post<{ id: string }>('/jobs', body, key);
  expect([again.status, again.body, again.headers.get('location')]).toEqual([
    201,
    created.body,
    `/jobs/${created.body.id}`,
  ]);

  const provider = await scheduling.user('provider');
  const path = `/jobs/${created.body.id}/assignments`;
  const given = await customer.post(path, { providerId: provider.id }, { 'idempotency-key': 'give' });
  const givenAgain = await customer.post(path, { providerId: provider.id }, { 'idempotency-key': 'give' });
  expect([givenAgain.status, givenAgain.body]).toEqual([201, given.body]);
  expect(problemOf(await customer.post(path, { providerId: provider.id }, { 'idempotency-key': 'other' })).code).toBe(
    'job-not-open',
  );
});

test('a key stands for one caller, method, path and body', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const key = { 'idempotency-key': 'mine' };
  const window = windowIn(60);
  await customer.post(`/jobs/${job.id}/schedule`, window, key);
  for (const [path, body] of [
    [`/jobs/${job.id}/schedule`, windowIn(120)],
    [`/jobs/${job.id}/schedule?dryRun=true`, window],
    [`/assignments/${assignment.id}/cancel`, { reason: 'No' }],
  ] as const) {
    expect(problemOf(await customer.post(path, body, key))).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    });
  }
  expect((await provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, key)).status).toBe(200);
});

test('a refused command is not stored, and is judged again', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const confirm = () =>
    provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, { 'idempotency-key': 'c' });
  expect((await confirm()).status).toBe(409);
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(60));
  expect((await confirm()).status).toBe(200);
});

test('one of many requests with the same key runs, the others get its response or 409', async () => {
  const { assignment, job, customer } = await scheduling.giveJob();
  const window = windowIn(60);
  const replies = await Promise.all(
    Array.from({ length: 12 }, () => customer.post(`/jobs/${job.id}/schedule`, window, { 'idempotency-key': 'many' })),
  );
  const done = replies.filter(({ status }) => status === 200);
  expect(done.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1);
  for (const reply of replies.filter(({ status }) => status !== 200)) {
    expect(problemOf(reply).code).toBe('idempotency-in-flight');
  }
  expect((await customer.get(`/assignments/${assignment.id}`)).body.scheduleVersion).toBe(1);
});

test('a second request gets 409 at once while the first is still running', async () => {
  const { assignment, job, customer } = await scheduling.giveJob();
  const database = new Client({ connectionString: scheduling.environment.databaseUrl });
  await database.connect();
  await database.query('begin');
  await database.query('select from assignment where id = $1 for update', [assignment.id]);
  const send = () => customer.post(`/jobs/${job.id}/schedule`, windowIn(60), { 'idempotency-key': 'held' });
  const first = send();
  await eventually(async () => expect(await waiting(database)).toBe(1));
  expect(problemOf(await send())).toMatchObject({ status: 409, code: 'idempotency-in-flight' });
  await database.query('rollback');
  expect((await first).status).toBe(200);
  await database.end();
});

test('an expired key can be used again', async () => {
  const { job, customer } = await scheduling.giveJob();
  const key = { 'idempotency-key': 'old' };
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(60), key);
  const database = new Client({ connectionString: scheduling.environment.databaseUrl });
  await database.connect();
  await database.query(`update idempotency_key set created_at = created_at - interval '49 hours' where key = 'old'`);
  await database.end();
  expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(90), key)).status).toBe(200);
});

async function waiting(database: Client): Promise<number> {
  const { rows } = await database.query(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0].count;
}
