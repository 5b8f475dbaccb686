import type { Assignment } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ApiUser,
  type GivenJob,
  problemOf,
  type SchedulingService,
  startScheduling,
  windowIn,
} from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const ownProposal = { status: 403, code: 'own-proposal' };
const propose = (as: ApiUser, { job }: GivenJob) => as.post(`/jobs/${job.id}/schedule`, windowIn(600));
const confirm = (as: ApiUser, { assignment }: GivenJob, headers?: Record<string, string>) =>
  as.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, headers);
const whyNotConfirm = ({ actions }: Assignment) => actions.find(({ name }) => name === 'confirm')?.because;

test.each(['customer', 'provider'] as const)(
  'a person who proposes as ops cannot confirm as the %s, and the other side can',
  async (side) => {
    const given = await scheduling.giveJob();
    const asOps = await scheduling.user('ops', { id: given[side].id });
    const proposed = await propose(asOps, given);
    expect(proposed).toMatchObject({ status: 200, body: { scheduleProposedBy: 'SYSTEM' } });
    const both = await scheduling.user([side, 'ops'], { id: given[side].id });
    for (const self of [given[side], both]) {
      expect(problemOf(await confirm(self, given))).toMatchObject(ownProposal);
      expect(whyNotConfirm((await self.get(`/assignments/${given.assignment.id}`)).body)).toBe('own-proposal');
      const { body } = await self.get<{ items: Assignment[] }>('/assignments?limit=100');
      expect(body.items.filter(({ id }) => id === given.assignment.id).map(whyNotConfirm)).toEqual(['own-proposal']);
    }
    const other = given[side === 'customer' ? 'provider' : 'customer'];
    expect(whyNotConfirm((await other.get(`/assignments/${given.assignment.id}`)).body)).toBeUndefined();
    expect((await confirm(other, given)).status).toBe(200);
  },
);

test('only the latest proposal counts', async () => {
  const given = await scheduling.giveJob();
  const asOps = await scheduling.user('ops', { id: given.provider.id });
  await propose(asOps, given);
  await propose(given.customer, given);
  expect((await confirm(given.provider, given)).status).toBe(200);
});

test('a confirmation that waited for the lock is refused when its own proposal was committed meanwhile', async () => {
  const given = await scheduling.giveJob();
  const asOps = await scheduling.user('ops', { id: given.provider.id });
  const holder = new Client({ connectionString: scheduling.environment.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from assignment where id = $1 for update', [given.assignment.id]);
  const untilWaiting = (count: number) =>
    eventually(async () => {
      const { rowCount } = await holder.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      expect(rowCount).toBe(count);
    });
  const proposed = propose(asOps, given);
  await untilWaiting(1);
  const confirmed = [confirm(given.provider, given), confirm(given.provider, given, { 'idempotency-key': 'late' })];
  await untilWaiting(3);
  await holder.end();
  expect((await proposed).status).toBe(200);
  for (const each of confirmed) expect(problemOf(await each)).toMatchObject(ownProposal);
});
