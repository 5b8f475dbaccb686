import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

type Window = { start: string; end: string };

const rivals = 25;
/** Windows that share one moment, so that any two of them overlap. The same in each run. */
const contests: Window[][] = fc
  .sample(
    fc.tuple(
      fc.integer({ min: 2 * 24 * 60, max: 50 * 24 * 60 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 30, max: 240 })), {
        minLength: rivals,
        maxLength: rivals,
      }),
    ),
    { seed: 20261122, numRuns: 40 },
  )
  .map(([moment, shapes]) => shapes.map(([before, after]) => windowIn(moment - before, before + after)));

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

test('of concurrent confirmations of overlapping windows exactly one succeeds, on two instances', async () => {
  const urls = [scheduling.service.url, (await scheduling.startAnother()).url];
  for (const windows of contests) {
    const providerId = randomUUID();
    const ids = await insertProposals(providerId, windows);
    const doors = await Promise.all(urls.map((url) => scheduling.user('provider', { id: providerId, url })));
    const confirm = (id: string, index: number) => doors[index % 2]?.post(`/assignments/${id}/schedule/confirm`);
    const replies = (await Promise.all(ids.map(confirm))).flatMap((reply) => reply ?? []);

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(rivals - 1).fill(409)]);
    const won = replies.find(({ status }) => status === 200)?.body;
    const taken = { start: won?.scheduledStart ?? '', end: won?.scheduledEnd ?? '' };
    for (const loser of replies.filter(({ status }) => status === 409)) {
      const { code, conflict, freeWindows = [] } = problemOf(loser);
      expect({ code, conflict }).toEqual({ code: 'window-taken', conflict: taken });
      expect(freeWindows).toHaveLength(3);
      for (const { start, end } of freeWindows) expect(end <= taken.start || taken.end <= start).toBe(true);
    }
  }
  const { rows } = await scheduling.database.query(
    `select count(*)::int as confirmed from assignment where status = 'CONFIRMED'`,
  );
  expect(rows).toEqual([{ confirmed: contests.length }]);
  expect(await overlaps()).toBe(0);
});

test('a taken window cannot be proposed, and an offered free window can', async () => {
  const providerId = randomUUID();
  const [first, second] = [await scheduling.giveJob({ providerId }), await scheduling.giveJob({ providerId })];
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

test('actions show that the window was taken meanwhile', async () => {
  const providerId = randomUUID();
  const [first, second] = [await scheduling.giveJob({ providerId }), await scheduling.giveJob({ providerId })];
  for (const { customer, job } of [first, second]) await customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  await first.provider.post(`/assignments/${first.assignment.id}/schedule/confirm`);
  const { body } = await second.provider.get(`/assignments/${second.assignment.id}`);
  expect(body.actions.find(({ name }) => name === 'confirm')).toMatchObject({
    allowed: false,
    because: 'window-taken',
  });
});

test('concurrent commands on one assignment are judged one after another', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  const path = `/assignments/${assignment.id}/schedule/confirm`;
  const without = await Promise.all(Array.from({ length: 6 }, () => provider.post(path)));
  expect(without.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  const cancel = () => customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'No' }, { 'if-match': '"2"' });
  const matched = await Promise.all(Array.from({ length: 6 }, cancel));
  expect(matched.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
});

async function overlaps(): Promise<number> {
  const { rows } = await scheduling.database.query(
    `select count(*)::int as count from assignment a join assignment b on a.provider_id = b.provider_id and a.id < b.id
        and a.status = 'CONFIRMED' and b.status = 'CONFIRMED'
        and tstzrange(a.scheduled_start, a.scheduled_end) && tstzrange(b.scheduled_start, b.scheduled_end)`,
  );
  return rows[0].count;
}

/** Customers' proposals to one provider, in one statement: requests would take most of the time. */
async function insertProposals(providerId: string, windows: readonly Window[]): Promise<string[]> {
  const { rows } = await scheduling.database.query<{ id: string }>(
    `with wanted as materialized (
        select uuidv7() as id, uuidv7() as job_id, gen_random_uuid() as customer_id, starts, ends
          from unnest($2::timestamptz[], $3::timestamptz[]) as w (starts, ends)),
      jobs as (
        insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
            provider_queue, current_assignment_id, created_at, updated_at)
          select job_id, customer_id, 'The kitchen tap leaks', 'Europe/Berlin', 18500, 'EUR', 'ASSIGNED', 'REOPEN_QUOTES', '{}',
              id, now(), now() from wanted)
      insert into assignment (id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
          schedule_proposed_by, schedule_version, proposal_expires_at, reminder_status, price_amount_minor, price_currency,
          created_at, updated_at)
        select id, job_id, customer_id, $1, 'PROPOSED', starts, ends, 'Europe/Berlin', 'CUSTOMER', 1, starts, 'NONE', 18500, 'EUR',
            now(), now() from wanted
        returning id`,
    [providerId, windows.map(({ start }) => start), windows.map(({ end }) => end)],
  );
  return rows.map(({ id }) => id);
}
