import { randomUUID } from 'node:crypto';
import { type Job, readScheduleEvent, type Timeline } from '@punctual/contracts';
import { connectPeer, eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GivenJob, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
let peer: Awaited<ReturnType<typeof connectPeer>>;
beforeAll(async () => {
  scheduling = await startScheduling();
  peer = await connectPeer(scheduling.environment.env);
});
afterAll(async () => {
  await peer?.stop();
  await scheduling?.stop();
});

const published = (assignmentId: string, count: number) =>
  eventually(async () => {
    const all = (await peer.readStream('SCHEDULE')).flatMap((message) => readScheduleEvent(message.json()) ?? []);
    const events = all.filter(({ data }) => data.assignmentId === assignmentId);
    expect(events).toHaveLength(count);
    return events;
  });
const timelineOf = async ({ provider }: Pick<GivenJob, 'provider'>, id: string) =>
  (await provider.get<Timeline>(`/assignments/${id}/timeline`)).body;

test('an assignment begins with schedule.assigned, by the customer who gave the job', async () => {
  const given = await scheduling.giveJob();
  const { customer, provider, job, assignment } = given;
  const [event] = await published(assignment.id, 1);
  expect(event).toMatchObject({
    ...{ type: 'schedule.assigned', sequence: '0000000000', subject: assignment.id, time: assignment.createdAt },
    data: {
      ...{ assignmentId: assignment.id, jobId: job.id, customerId: customer.id, providerId: provider.id },
      ...{ scheduleVersion: 0, status: 'UNSCHEDULED', actor: { id: customer.id, role: 'customer' } },
      ...{ window: null, previousWindow: null, proposedBy: null, notes: null, reason: null, outcome: null },
      ...{ nextAssignmentId: null, jobTitle: job.title, price: job.price },
    },
  });
  const { items, nextCursor } = await timelineOf(given, assignment.id);
  expect(nextCursor).toBeNull();
  expect(items).toMatchObject([
    {
      ...{ version: 0, type: 'schedule.assigned', actor: { id: customer.id, role: 'customer' }, source: 'API' },
      ...{ reason: null, before: {}, after: { status: 'UNSCHEDULED', providerId: provider.id, jobTitle: job.title } },
      ...{ traceId: event?.traceparent?.split('-')[1], at: assignment.createdAt },
    },
  ]);
});

test('ops who give a job are the actor, also when they are customers of others', async () => {
  const { customer, job } = await scheduling.giveJob();
  const clerk = await scheduling.user(['customer', 'ops']);
  const { body: open } = await customer.post<Job>('/jobs', {
    ...{ title: 'A second job', timezone: 'Europe/Berlin', price: job.price },
  });
  const { body } = await clerk.post(`/jobs/${open.id}/assignments`, { providerId: randomUUID() });
  const [event] = await published(body.id, 1);
  expect(event?.data.actor).toEqual({ id: clerk.id, role: 'ops' });
});

test('the invitation after a release is assigned by the system and does not name who was released', async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const given = await scheduling.giveJob({
    ...{ job: { rejectionPolicy: 'INVITE_NEXT', providerQueue: [second] }, providerId: first },
  });
  const path = `/assignments/${given.assignment.id}/reject`;
  expect((await given.provider.post(path, { reason: 'Booked elsewhere' })).status).toBe(200);
  const [, released] = await published(given.assignment.id, 2);
  expect(released?.data).toMatchObject({ outcome: 'NEXT_PROVIDER_INVITED', nextProviderId: second });
  const next = released?.data.nextAssignmentId ?? '';
  const [event] = await published(next, 1);
  expect(event).toMatchObject({
    ...{ type: 'schedule.assigned', time: released?.time, traceparent: expect.any(String) },
    data: { providerId: second, actor: { id: null, role: 'system' }, jobTitle: given.job.title },
  });
  const provider = await scheduling.user('provider', { id: second });
  const timeline = await timelineOf({ provider }, next);
  expect(timeline.items).toMatchObject([{ version: 0, source: 'SYSTEM', actor: { id: null, role: 'system' } }]);
  for (const told of [event, timeline]) expect(JSON.stringify(told)).not.toContain(first);
});

test('an event keeps the title that the job had', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob({ job: { title: 'Leak' } });
  await customer.patch(`/jobs/${job.id}`, { title: 'Leak in the cellar' });
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(900));
  await customer.patch(`/jobs/${job.id}`, { title: 'Leak, urgent' });
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`);
  const events = await published(assignment.id, 3);
  expect(events.map(({ data }) => data.jobTitle)).toEqual(['Leak', 'Leak in the cellar', 'Leak, urgent']);
});

test('an assignment of 1.0 has no schedule.assigned, and its timeline begins with version 1', async () => {
  const given = await scheduling.giveJob();
  const { customer, job, assignment } = given;
  // 1.0 creates the assignment alone.
  await published(assignment.id, 1);
  await scheduling.database.query('delete from assignment_timeline where assignment_id = $1', [assignment.id]);
  expect(await timelineOf(given, assignment.id)).toEqual({ items: [], nextCursor: null });
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  expect((await timelineOf(given, assignment.id)).items).toMatchObject([{ version: 1, type: 'schedule.proposed' }]);
});

test('a refused or repeated command publishes nothing more', async () => {
  const given = await scheduling.giveJob();
  const { customer, job, assignment } = given;
  expect((await customer.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() })).status).toBe(409);
  await customer.post(`/assignments/${assignment.id}/reject`, { scope: 'assignment' });
  const key = { 'idempotency-key': randomUUID() };
  const body = { providerId: randomUUID() };
  const [first, again] = [
    await customer.post(`/jobs/${job.id}/assignments`, body, key),
    await customer.post(`/jobs/${job.id}/assignments`, body, key),
  ];
  expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
  await published(first.body.id, 1);
});

test('a command that waits for a change of the job publishes the new title', async () => {
  const title = 'The shower leaks';
  const commands = {
    'schedule.proposed': ({ customer, job }: GivenJob) => customer.post(`/jobs/${job.id}/schedule`, windowIn(600)),
    'schedule.cancelled': ({ customer, job }: GivenJob) =>
      customer.post(`/jobs/${job.id}/cancel`, { reason: 'Not needed' }),
  };
  for (const [type, send] of Object.entries(commands)) {
    const given = await scheduling.giveJob();
    const { job, assignment } = given;
    await scheduling.database.query('begin');
    await scheduling.database.query('select from assignment where id = $1 for update', [assignment.id]);
    const sent = send(given);
    await eventually(async () => {
      const { rows } = await scheduling.database.query('select from pg_locks where not granted');
      expect(rows).toHaveLength(1);
    });
    await scheduling.database.query('update job set title = $2, updated_at = now() where id = $1', [job.id, title]);
    await scheduling.database.query('commit');
    expect((await sent).status).toBe(200);
    const events = await published(assignment.id, 2);
    expect(events.at(-1)).toMatchObject({ type, data: { jobTitle: title } });
  }
});
