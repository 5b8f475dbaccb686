import { randomUUID } from 'node:crypto';
import type { Job, Timeline } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type GivenJob, problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
beforeAll(async () => {
  scheduling = await startScheduling();
  neighbours = await joinNeighbours(scheduling.environment);
});
afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

const confirmed = async (options: Parameters<SchedulingService['giveJob']>[0] = {}): Promise<GivenJob> => {
  const given = await scheduling.giveJob(options);
  await given.customer.post(`/jobs/${given.job.id}/schedule`, { ...windowIn(900), notes: 'Ring twice' });
  const { body } = await given.provider.post(`/assignments/${given.assignment.id}/schedule/confirm`);
  return { ...given, assignment: body };
};

test('a customer rejects the window and keeps the provider; the event keeps the window', async () => {
  const { assignment, job, customer } = await confirmed();
  const rejected = await customer.post(`/assignments/${assignment.id}/reject`);
  expect(rejected.body).toMatchObject({
    status: 'UNSCHEDULED',
    scheduleVersion: 3,
    scheduledStart: null,
    localStart: null,
    scheduleProposedBy: null,
    confirmedAt: null,
    rejectReason: null,
  });
  expect(rejected.body.rejectedAt).not.toBeNull();
  expect((await customer.get<Job>(`/jobs/${job.id}`)).body.status).toBe('ASSIGNED');
  const event = (await neighbours.published(assignment.id, 3))[2];
  expect(event).toMatchObject({
    type: 'schedule.rejected',
    sequence: '0000000003',
    data: {
      status: 'UNSCHEDULED',
      outcome: 'WINDOW_REJECTED',
      window: { start: assignment.scheduledStart },
      previousWindow: null,
      proposedBy: 'CUSTOMER',
      notes: 'Ring twice',
      actor: { id: customer.id, role: 'customer' },
    },
  });
  const again = await customer.post(`/assignments/${assignment.id}/reject`);
  expect(problemOf(again).code).toBe('invalid-transition');
});

test('a provider must give a reason, which is checked after the transition', async () => {
  const { assignment, provider } = await scheduling.giveJob();
  const path = `/assignments/${assignment.id}/reject`;
  expect(problemOf(await provider.post(path, { scope: 'window' })).code).toBe('invalid-transition');
  expect(problemOf(await provider.post(path, { reason: '  ' }))).toMatchObject({
    status: 422,
    code: 'reason-required',
  });
  expect((await provider.post(path, { reason: 'Ill' })).body).toMatchObject({
    status: 'DECLINED',
    rejectReason: 'Ill',
  });
});

test('a counter-proposal is a reject and a proposal: two versions, two events, all or nothing', async () => {
  const { assignment, provider } = await confirmed();
  const path = `/assignments/${assignment.id}/reject`;
  const bad = await provider.post(path, { reason: 'Too early', counter: windowIn(1_000, 5) });
  expect(problemOf(bad).code).toBe('window-too-short');
  const counter = windowIn(1_500);
  const countered = await provider.post(path, { reason: 'Too early', counter });
  expect(countered.body).toMatchObject({
    status: 'PROPOSED',
    scheduleVersion: 4,
    scheduledStart: counter.start,
    scheduleProposedBy: 'PROVIDER',
    rejectReason: 'Too early',
  });
  const events = await neighbours.published(assignment.id, 4);
  expect(events.map(({ type, sequence }) => [type, Number(sequence)])).toEqual([
    ['schedule.proposed', 1],
    ['schedule.confirmed', 2],
    ['schedule.rejected', 3],
    ['schedule.proposed', 4],
  ]);
  const timeline = await provider.get<Timeline>(`/assignments/${assignment.id}/timeline`);
  expect(timeline.body.items.map(({ version }) => version)).toEqual([0, 1, 2, 3, 4]);
});

test('a reschedule carries the window that it releases', async () => {
  const { assignment, provider } = await confirmed();
  const moved = await provider.post(`/assignments/${assignment.id}/schedule`, windowIn(2_000));
  expect(moved.body).toMatchObject({ status: 'PROPOSED', confirmedAt: null });
  const event = (await neighbours.published(assignment.id, 3))[2];
  expect(event?.data.previousWindow).toMatchObject({ start: assignment.scheduledStart, end: assignment.scheduledEnd });
});

test('a release reopens the quotes, and its provider still sees the assignment but not the job', async () => {
  const { assignment, job, customer, provider } = await confirmed();
  const released = await provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' });
  expect(released.body).toMatchObject({ status: 'DECLINED', scheduledStart: null });
  expect((await provider.get(`/assignments/${assignment.id}`)).status).toBe(200);
  expect((await provider.get(`/jobs/${job.id}`)).status).toBe(404);
  expect((await customer.get<Job>(`/jobs/${job.id}`)).body).toMatchObject({
    status: 'OPEN',
    currentAssignmentId: null,
  });
  expect((await neighbours.published(assignment.id, 3))[2]?.data).toMatchObject({
    ...{ outcome: 'QUOTES_REOPENED', nextAssignmentId: null, nextProviderId: null },
  });
  expect((await customer.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() })).status).toBe(201);
});

test('releases invite the queue in order, skip providers who declined, then reopen the quotes', async () => {
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  const job = { rejectionPolicy: 'INVITE_NEXT', providerQueue: [second, first, third] };
  const given = await scheduling.giveJob({ job, providerId: first });
  const jobNow = async () => (await given.customer.get<Job>(`/jobs/${given.job.id}`)).body;

  let current = given.assignment.id;
  for (const expected of [second, third]) {
    const reply = await given.customer.post(`/assignments/${current}/reject`, { scope: 'assignment' });
    expect(reply.body.status).toBe('DECLINED');
    const { data } = (await neighbours.published(current, 1))[0] ?? {};
    expect(data).toMatchObject({ outcome: 'NEXT_PROVIDER_INVITED', window: null, nextProviderId: expected });
    const after = await jobNow();
    expect(after).toMatchObject({ status: 'ASSIGNED', currentAssignmentId: data?.nextAssignmentId });
    current = after.currentAssignmentId ?? '';
    const next = await given.customer.get(`/assignments/${current}`);
    expect(next.body).toMatchObject({ providerId: expected, status: 'UNSCHEDULED', scheduleVersion: 0 });
  }
  await given.customer.post(`/assignments/${current}/reject`, { scope: 'assignment' });
  expect(await jobNow()).toMatchObject({ status: 'OPEN', currentAssignmentId: null });
});

test('complete waits for the start, and a dispute comes once per side and stops nothing', async () => {
  const { assignment, customer, provider } = await confirmed();
  const at = `/assignments/${assignment.id}`;
  const early = await provider.get(at);
  expect(early.body.actions.find(({ name }) => name === 'complete')).toMatchObject({
    allowed: false,
    because: 'not-started',
    until: assignment.scheduledStart,
  });
  expect(problemOf(await provider.post(`${at}/complete`))).toMatchObject({ status: 422, code: 'not-started' });
  const noShow = await customer.post(`${at}/dispute`, { kind: 'NO_SHOW', reason: 'Nobody came' });
  expect(problemOf(noShow)).toMatchObject({ status: 422, code: 'not-started' });
  expect((await customer.get(at)).body).toMatchObject({ scheduleVersion: 2, disputedAt: null });
  const disputed = await customer.post(`${at}/dispute`, { kind: 'OTHER', reason: 'Nobody answers' });
  expect(disputed.body).toMatchObject({ status: 'CONFIRMED', scheduleVersion: 3 });
  expect(problemOf(await customer.post(`${at}/dispute`, { kind: 'OTHER', reason: 'Still' })).code).toBe(
    'invalid-transition',
  );
  const event = (await neighbours.published(assignment.id, 3))[2];
  expect(event?.data).toMatchObject({ kind: 'OTHER', reason: 'Nobody answers', status: 'CONFIRMED' });
  expect((await customer.post(`${at}/cancel`, { reason: 'Enough' })).body).toMatchObject({
    status: 'CANCELLED',
    scheduledStart: assignment.scheduledStart,
  });
});

test.each([
  { policy: 'INVITE_NEXT', answer: { status: 200 } },
  { policy: 'REOPEN_QUOTES', answer: { status: 409, code: 'invalid-transition' } },
])('a proposal for the job that meets a release is judged by what it left: $policy', async ({ policy, answer }) => {
  const next = randomUUID();
  const { assignment, job, customer, provider } = await scheduling.giveJob({
    job: { rejectionPolicy: policy, providerQueue: [next] },
  });
  const lock = await lockAssignment(assignment.id);
  const released = provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill', scope: 'assignment' });
  await lock.awaited(1);
  const proposed = customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  await lock.awaited(2);
  await lock.release();

  expect((await released).body).toMatchObject({ status: 'DECLINED' });
  const reply = await proposed;
  expect({ status: reply.status, code: problemOf(reply).code }).toMatchObject(answer);
  // Nothing is shown of an assignment that the job no longer has.
  expect(problemOf(reply).current).toBeUndefined();
  const { currentAssignmentId } = (await customer.get<Job>(`/jobs/${job.id}`)).body;
  if (policy === 'INVITE_NEXT')
    expect(reply.body).toMatchObject({ id: currentAssignmentId, providerId: next, status: 'PROPOSED' });
  else expect(currentAssignmentId).toBeNull();
});

/** Holds the row, so that others meet at it in the order in which they came. */
async function lockAssignment(id: string) {
  const { databaseUrl: connectionString } = scheduling.environment;
  const [holder, onlooker] = [new Client({ connectionString }), new Client({ connectionString })];
  await Promise.all([holder.connect(), onlooker.connect()]);
  await holder.query('begin');
  await holder.query('select from assignment where id = $1 for update', [id]);
  const waiting = `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    awaited: (count: number) =>
      eventually(async () => expect((await onlooker.query(waiting)).rows[0].count).toBe(count)),
    release: async () => {
      await holder.query('rollback');
      await Promise.all([holder.end(), onlooker.end()]);
    },
  };
}
