import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

test('of racing confirmations of overlapping windows exactly one wins, at two instances', async () => {
  const another = await scheduling.startAnother();
  for (let round = 0; round < 5; round += 1) {
    const providerId = randomUUID();
    const casts = await Promise.all(Array.from({ length: 8 }, () => scheduling.cast({ providerId })));
    for (const [index, { customer, job }] of casts.entries()) {
      const proposed = await customer.post(`/jobs/${job.id}/schedule`, windowIn(600 + index * 5));
      expect(proposed.status).toBe(200);
    }
    const elsewhere = await scheduling.person('provider', { id: providerId, url: another.url });
    const replies = await Promise.all(
      casts.map(({ provider, assignment }, index) =>
        (index % 2 ? provider : elsewhere).post(`/assignments/${assignment.id}/schedule/confirm`),
      ),
    );
    const winners = replies.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const loser of replies.filter(({ status }) => status !== 200)) {
      const problem = problemOf(loser);
      expect(problem).toMatchObject({ status: 409, code: 'window-taken' });
      expect(problem.conflict).toEqual({ start: winners[0]?.body.scheduledStart, end: winners[0]?.body.scheduledEnd });
      expect(problem.freeWindows).toHaveLength(3);
    }
  }
  expect(await overlaps()).toBe(0);
});

test('what could not be confirmed cannot be proposed; a free window that is offered can', async () => {
  const providerId = randomUUID();
  const [first, second] = [await scheduling.cast({ providerId }), await scheduling.cast({ providerId })];
  const booked = windowIn(600);
  await first.customer.post(`/jobs/${first.job.id}/schedule`, booked);
  await first.provider.post(`/assignments/${first.assignment.id}/schedule/confirm`);

  const path = `/assignments/${second.assignment.id}/schedule`;
  const refused = problemOf(await second.provider.post(path, windowIn(630)));
  expect(refused).toMatchObject({ code: 'window-taken', conflict: booked });
  expect(refused.freeWindows).toHaveLength(3);
  for (const free of refused.freeWindows ?? []) {
    expect((await second.provider.post(`${path}?dryRun=true`, free)).status).toBe(200);
  }
  const touching = { start: booked.end, end: new Date(Date.parse(booked.end) + 3_600_000).toISOString() };
  expect((await second.provider.post(path, touching)).status).toBe(200);
  // Its own confirmed window is not in the way of moving it.
  expect((await first.provider.post(`/assignments/${first.assignment.id}/schedule`, windowIn(540))).status).toBe(200);
});

test('actions foretell that the window was taken meanwhile', async () => {
  const providerId = randomUUID();
  const [first, second] = [await scheduling.cast({ providerId }), await scheduling.cast({ providerId })];
  for (const { customer, job } of [first, second]) await customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  await first.provider.post(`/assignments/${first.assignment.id}/schedule/confirm`);
  const { body } = await second.provider.get(`/assignments/${second.assignment.id}`);
  expect(body.actions.find(({ name }) => name === 'confirm')).toMatchObject({
    allowed: false,
    because: 'window-taken',
  });
});

test('racing commands on one assignment are judged one after another', async () => {
  const { assignment, job, customer, provider } = await scheduling.cast();
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  const path = `/assignments/${assignment.id}/schedule/confirm`;
  const without = await Promise.all(Array.from({ length: 6 }, () => provider.post(path)));
  expect(without.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  const cancel = () => customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'No' }, { 'if-match': '"2"' });
  const matched = await Promise.all(Array.from({ length: 6 }, cancel));
  expect(matched.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
});

async function overlaps(): Promise<number> {
  const database = new Client({ connectionString: scheduling.environment.databaseUrl });
  await database.connect();
  const { rows } = await database.query(
    `select count(*)::int as count from assignment a join assignment b on a.provider_id = b.provider_id and a.id < b.id
        and a.status = 'CONFIRMED' and b.status = 'CONFIRMED'
        and tstzrange(a.scheduled_start, a.scheduled_end) && tstzrange(b.scheduled_start, b.scheduled_end)`,
  );
  await database.end();
  return rows[0].count;
}
