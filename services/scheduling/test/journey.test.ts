import { Assignment, type Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

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

test('a customer proposes, the provider proposes another time, the customer confirms', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  expect(assignment).toMatchObject({ status: 'UNSCHEDULED', scheduleVersion: 0, jobId: job.id, payoutStatus: null });

  const first = windowIn(24 * 60);
  const proposed = await customer.post(`/jobs/${job.id}/schedule`, { ...first, notes: 'Please knock.' });
  expect(proposed.status).toBe(200);
  expect(proposed.headers.get('etag')).toBe('"1"');
  expect(proposed.body).toMatchObject({
    status: 'PROPOSED',
    scheduledStart: first.start,
    scheduledEnd: first.end,
    scheduleProposedBy: 'CUSTOMER',
    scheduleNotes: 'Please knock.',
    proposalExpiresAt: first.start,
  });

  const second = windowIn(5 * 24 * 60);
  const countered = await provider.post(`/assignments/${assignment.id}/schedule`, second);
  expect(countered.body).toMatchObject({ scheduleVersion: 2, scheduleProposedBy: 'PROVIDER', scheduleNotes: null });

  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const path = `/assignments/${assignment.id}/schedule/confirm`;
  const confirmed = await customer.post(path, undefined, { traceparent });
  expect(confirmed.status).toBe(200);
  expect(confirmed.body).toMatchObject({ status: 'CONFIRMED', scheduleVersion: 3, proposalExpiresAt: null });

  const seen = await provider.get(`/assignments/${assignment.id}`);
  expect(Assignment.parse(seen.body)).toMatchObject({ status: 'CONFIRMED', scheduledStart: second.start });
  expect(seen.headers.get('etag')).toBe('"3"');

  const timeline = await provider.get<Timeline>(`/assignments/${assignment.id}/timeline`);
  expect(timeline.body.items.map(({ version, type, actor }) => [version, type, actor.role])).toEqual([
    [0, 'schedule.assigned', 'customer'],
    [1, 'schedule.proposed', 'customer'],
    [2, 'schedule.proposed', 'provider'],
    [3, 'schedule.confirmed', 'customer'],
  ]);
  expect(timeline.body.items[3]).toMatchObject({
    source: 'API',
    traceId,
    before: { status: 'PROPOSED', confirmedAt: null },
    after: { status: 'CONFIRMED' },
  });

  const events = await neighbours.published(assignment.id, 3);
  expect(events.map(({ type }) => type)).toEqual(timeline.body.items.slice(1).map(({ type }) => type));
  expect(events[2]?.traceparent).toContain(traceId);
  expect(events[2]?.data).toMatchObject({
    jobId: job.id,
    status: 'CONFIRMED',
    actor: { id: customer.id, role: 'customer' },
    window: { start: second.start, end: second.end, timezone: 'Europe/Berlin', localStart: seen.body.localStart },
    previousWindow: null,
    proposedBy: 'PROVIDER',
    price: job.price,
    link: `https://app.punctual.example/assignments/${assignment.id}`,
  });
});

test('text on several lines reads the same everywhere', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  const [written, kept] = ['First\r\nsecond\rthird\n\t– fourth', 'First\nsecond\nthird\n\t– fourth'];
  const path = `/assignments/${assignment.id}`;
  const notes = await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(60), notes: written });
  expect(notes.body.scheduleNotes).toBe(kept);
  const counter = { ...windowIn(120), notes: written };
  await provider.post(`${path}/reject`, { scope: 'window', reason: written, counter });
  await customer.post(`${path}/schedule/confirm`);
  await customer.post(`${path}/dispute`, { kind: 'OTHER', reason: written });
  const cancelled = await customer.post(`${path}/cancel`, { reason: written });
  expect(cancelled).toMatchObject({ status: 200, body: { rejectReason: kept, scheduleNotes: kept } });

  const told = (await neighbours.published(assignment.id, 6)).map(({ data }) => [data.notes, data.reason]);
  const timeline = await customer.get<Timeline>(`${path}/timeline`);
  expect(timeline.body.items.slice(1).map(({ reason }) => reason)).toEqual(told.map(([, reason]) => reason));
  expect(told).toEqual([
    [kept, null],
    [kept, kept],
    [kept, null],
    [kept, null],
    [kept, kept],
    [kept, kept],
  ]);
});
