import { randomUUID } from 'node:crypto';
import type { Assignment, Job, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const reason = 'No longer\r\nneeded';

const eventsOf = async (assignmentId: string) => {
  const { rows } = await scheduling.database.query<{ payload: string }>(
    `select payload from outbox where aggregate_id = $1 and type <> 'schedule.assigned' order by aggregate_version`,
    [assignmentId],
  );
  return rows.map(({ payload }) => JSON.parse(payload));
};

test('cancelling a job cancels its assignment, with its event and timeline item', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  const reply = await customer.post<Job>(`/jobs/${job.id}/cancel`, { reason });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('etag')).toBe('"2"');
  expect(reply.body).toMatchObject({ status: 'CANCELLED', version: 2, currentAssignmentId: assignment.id });
  expect((await provider.get<Job>(`/jobs/${job.id}`)).body).toEqual(reply.body);

  const { body: after } = await provider.get<Assignment>(`/assignments/${assignment.id}`);
  expect(after).toMatchObject({ status: 'CANCELLED', scheduleVersion: 2, proposalExpiresAt: null });
  const { body: timeline } = await customer.get<Timeline>(`/assignments/${assignment.id}/timeline`);
  const actor = { id: customer.id, role: 'customer' };
  const item = { type: 'schedule.cancelled', actor, reason: 'No longer\nneeded', version: 2 };
  expect(timeline.items.at(-1)).toMatchObject(item);
  expect((await eventsOf(assignment.id)).at(-1)).toMatchObject({
    type: 'schedule.cancelled',
    sequence: '0000000002',
    data: { actor, reason: 'No longer\nneeded' },
  });
});

test('cancelling a job without an assignment publishes nothing', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  await provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' });
  const before = await scheduling.database.query('select count(*) from outbox');
  const reply = await (await scheduling.user('ops')).post<Job>(`/jobs/${job.id}/cancel`, { reason });
  expect(reply.body).toMatchObject({ status: 'CANCELLED', version: 3, currentAssignmentId: null });
  expect((await customer.get<Job>(`/jobs/${job.id}`)).body).toEqual(reply.body);
  expect((await scheduling.database.query('select count(*) from outbox')).rows).toEqual(before.rows);
  expect(problemOf(await customer.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() })).code).toBe(
    'job-not-open',
  );
});

test('a customer cannot cancel the job of a visit that has started, and ops can', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`);
  await scheduling.database.query(`update assignment set scheduled_start = now() - interval '1 minute' where id = $1`, [
    assignment.id,
  ]);
  expect(problemOf(await customer.post(`/jobs/${job.id}/cancel`, { reason }))).toMatchObject({
    status: 409,
    code: 'visit-started',
    currentAssignment: { id: assignment.id, status: 'CONFIRMED' },
  });
  expect((await customer.get<Job>(`/jobs/${job.id}`)).body).toMatchObject({ status: 'ASSIGNED', version: 1 });
  const ops = await scheduling.user('ops');
  expect((await ops.post<Job>(`/jobs/${job.id}/cancel`, { reason })).body).toMatchObject({ status: 'CANCELLED' });
});

test('an expired proposal expires before the job is cancelled', async () => {
  const another = await scheduling.giveJob();
  const { customer, job, assignment } = another;
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  await scheduling.database.query(`update assignment set proposal_expires_at = now() where id = $1`, [assignment.id]);
  expect((await customer.post<Job>(`/jobs/${job.id}/cancel`, { reason })).status).toBe(200);
  const types = (await eventsOf(assignment.id)).map(({ type }) => type);
  expect(types).toEqual(['schedule.proposed', 'schedule.expired', 'schedule.cancelled']);
});

test('a job is cancelled once: its version, its state and its key are checked', async () => {
  const { customer, job } = await scheduling.giveJob();
  const path = `/jobs/${job.id}/cancel`;
  const key = { 'idempotency-key': randomUUID() };
  for (const body of [{}, { reason: ' ' }, { reason: 'x'.repeat(501) }, { reason: null }]) {
    expect(problemOf(await customer.post(path, body)).code).toBe('validation-failed');
  }
  expect(problemOf(await customer.post(path, { reason }, { 'if-match': '"0"' }))).toMatchObject({
    code: 'precondition-failed',
    currentJob: { version: 1 },
  });
  const first = await customer.post(path, { reason }, { ...key, 'if-match': '"1"' });
  expect(first.status).toBe(200);
  expect((await customer.post(path, { reason }, { ...key, 'if-match': '"1"' })).text).toBe(first.text);
  expect(problemOf(await customer.post(path, { reason }))).toMatchObject({
    code: 'invalid-transition',
    currentJob: { status: 'CANCELLED', version: 2 },
  });
});

test('cancelling a job cancels exactly one of the assignments that race for it', async () => {
  for (let round = 0; round < 10; round += 1) {
    const queue = Array.from({ length: 3 }, () => randomUUID());
    const given = await scheduling.giveJob({ job: { rejectionPolicy: 'INVITE_NEXT', providerQueue: queue } });
    const { customer, provider, job, assignment } = given;
    const ops = await scheduling.user('ops');
    const replies = await Promise.all([
      provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' }),
      ops.post(`/jobs/${job.id}/schedule`, windowIn(600)),
      customer.post(`/jobs/${job.id}/cancel`, { reason }),
      customer.post(`/assignments/${assignment.id}/cancel`, { reason }),
    ]);
    expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
    const { rows } = await scheduling.database.query(
      `select id from assignment where job_id = $1 and status in ('UNSCHEDULED', 'PROPOSED', 'CONFIRMED')`,
      [job.id],
    );
    expect((await customer.get<Job>(`/jobs/${job.id}`)).body.status).toBe('CANCELLED');
    expect(rows).toEqual([]);
  }
});
