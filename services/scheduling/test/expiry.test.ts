import { setTimeout as delay } from 'node:timers/promises';
import type { Timeline } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let sweeping: SchedulingService;
let unswept: SchedulingService;
let neighbours: Neighbours;
beforeAll(async () => {
  sweeping = await startScheduling({ EXPIRY_INTERVAL_MS: '100' });
  unswept = await startScheduling({ EXPIRY_INTERVAL_MS: '3600000' });
  neighbours = await joinNeighbours(sweeping.environment);
});
afterAll(async () => {
  await neighbours.stop();
  await Promise.all([sweeping, unswept].map((each) => each.stop()));
});

const inASecond = windowIn.bind(undefined, 1 / 60);

test('an unanswered proposal is expired once, by one of two instances', async () => {
  await sweeping.startAnother({ EXPIRY_INTERVAL_MS: '70' });
  const { assignment, job, customer } = await sweeping.giveJob();
  const { body: proposed } = await customer.post(`/jobs/${job.id}/schedule`, inASecond());
  expect(proposed.proposalExpiresAt).toBe(proposed.scheduledStart);
  await eventually(async () =>
    expect((await customer.get(`/assignments/${assignment.id}`)).body).toMatchObject({
      status: 'UNSCHEDULED',
      scheduleVersion: 2,
      scheduledStart: null,
      proposalExpiresAt: null,
    }),
  );

  const [, expired] = await neighbours.published(assignment.id, 2);
  expect(expired).toMatchObject({
    type: 'schedule.expired',
    data: { actor: { id: null, role: 'system' }, window: { start: proposed.scheduledStart }, proposedBy: 'CUSTOMER' },
  });
  const { body } = await customer.get<Timeline>(`/assignments/${assignment.id}/timeline`);
  expect(body.items[2]).toMatchObject({ version: 2, source: 'SYSTEM', actor: { id: null, role: 'system' } });
});

test('a proposal past its expiry counts as expired before any sweep', async () => {
  const { assignment, job, customer, provider } = await unswept.giveJob();
  const { body: proposed } = await customer.post(`/jobs/${job.id}/schedule`, inASecond());
  await delay(Date.parse(proposed.proposalExpiresAt ?? '') - Date.now() + 1);
  const confirmed = await provider.post(`/assignments/${assignment.id}/schedule/confirm`, { scheduleVersion: 1 });
  expect(problemOf(confirmed)).toMatchObject({ status: 409, code: 'invalid-transition' });
  const { body } = await provider.get(`/assignments/${assignment.id}`);
  expect(body.actions.find(({ name }) => name === 'confirm')).toMatchObject({ because: 'invalid-transition' });

  // The next command records the expiry first, as a separate version.
  const next = await provider.post(`/assignments/${assignment.id}/schedule`, windowIn(60), { 'if-match': '"1"' });
  expect(next.body).toMatchObject({ status: 'PROPOSED', scheduleVersion: 3 });
  const timeline = await provider.get<Timeline>(`/assignments/${assignment.id}/timeline`);
  expect(timeline.body.items.map(({ type }) => type)).toEqual([
    'schedule.assigned',
    'schedule.proposed',
    'schedule.expired',
    'schedule.proposed',
  ]);
});

test('a proposal waits at most for its time to live', async () => {
  const { job, customer } = await unswept.giveJob();
  const before = Date.now();
  const { body } = await customer.post(`/jobs/${job.id}/schedule`, windowIn(10 * 24 * 60));
  const waits = Date.parse(body.proposalExpiresAt ?? '') - before;
  expect(waits).toBeGreaterThanOrEqual(72 * 3_600_000 - 5);
  expect(waits).toBeLessThan(72 * 3_600_000 + 10_000);
});

test('proposals that expire together are expired together', async () => {
  const { assignment, job, customer } = await sweeping.giveJob();
  const database = new Client({ connectionString: sweeping.environment.databaseUrl });
  await database.connect();
  const many = 1_000;
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  await database.query(
    `with copies as (
       insert into job select (jsonb_populate_record(j, jsonb_build_object('id', gen_random_uuid()))).*
         from job j, generate_series(1, $2) where j.id = $1 returning id)
     insert into assignment select (jsonb_populate_record(a, jsonb_build_object(
         'id', gen_random_uuid(), 'job_id', copies.id, 'proposal_expires_at', now()))).*
       from assignment a, copies where a.id = $3`,
    [job.id, many, assignment.id],
  );
  const expired = async () => {
    const { rows } = await database.query(`select count(*)::int as n from outbox where type = 'schedule.expired'`);
    return rows[0].n;
  };
  await eventually(async () => expect(await expired()).toBeGreaterThanOrEqual(many));
  const { rows } = await database.query(
    'select count(*)::int as n from (select from outbox group by aggregate_id having count(*) > 3) as twice',
  );
  expect(rows[0].n).toBe(0);
  await database.end();
});
