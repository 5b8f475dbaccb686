import type { Assignment } from '@punctual/contracts';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type Cast,
  type Person,
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
const propose = (as: Person, { job }: Cast) => as.post(`/jobs/${job.id}/schedule`, windowIn(600));
const confirm = (as: Person, { assignment }: Cast, headers?: Record<string, string>) =>
  as.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, headers);
const whyNotConfirm = ({ actions }: Assignment) => actions.find(({ name }) => name === 'confirm')?.because;

test.each(['customer', 'provider'] as const)(
  'a person who proposes as ops cannot confirm as the %s, and the other side can',
  async (side) => {
    const cast = await scheduling.cast();
    const asOps = await scheduling.person('ops', { id: cast[side].id });
    const proposed = await propose(asOps, cast);
    expect(proposed).toMatchObject({ status: 200, body: { scheduleProposedBy: 'SYSTEM' } });
    const both = await scheduling.person([side, 'ops'], { id: cast[side].id });
    for (const self of [cast[side], both]) {
      expect(problemOf(await confirm(self, cast))).toMatchObject(ownProposal);
      expect(whyNotConfirm((await self.get(`/assignments/${cast.assignment.id}`)).body)).toBe('own-proposal');
      const { body } = await self.get<{ items: Assignment[] }>('/assignments?limit=100');
      expect(body.items.filter(({ id }) => id === cast.assignment.id).map(whyNotConfirm)).toEqual(['own-proposal']);
    }
    const other = cast[side === 'customer' ? 'provider' : 'customer'];
    expect(whyNotConfirm((await other.get(`/assignments/${cast.assignment.id}`)).body)).toBeUndefined();
    expect((await confirm(other, cast)).status).toBe(200);
  },
);

test('only the latest proposal counts', async () => {
  const cast = await scheduling.cast();
  const asOps = await scheduling.person('ops', { id: cast.provider.id });
  await propose(asOps, cast);
  await propose(cast.customer, cast);
  expect((await confirm(cast.provider, cast)).status).toBe(200);
});

test('a confirmation that waited while its own proposal was committed is refused', async () => {
  const cast = await scheduling.cast();
  const asOps = await scheduling.person('ops', { id: cast.provider.id });
  const holder = new Client({ connectionString: scheduling.environment.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from assignment where id = $1 for update', [cast.assignment.id]);
  const untilWaiting = (count: number) =>
    vi.waitFor(
      async () => {
        const { rowCount } = await holder.query(
          "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        );
        expect(rowCount).toBe(count);
      },
      { timeout: 10_000, interval: 20 },
    );
  const proposed = propose(asOps, cast);
  await untilWaiting(1);
  const confirmed = [confirm(cast.provider, cast), confirm(cast.provider, cast, { 'idempotency-key': 'late' })];
  await untilWaiting(3);
  await holder.end();
  expect((await proposed).status).toBe(200);
  for (const each of confirmed) expect(problemOf(await each)).toMatchObject(ownProposal);
});
