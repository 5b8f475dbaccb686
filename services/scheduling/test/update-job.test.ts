import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const details = {
  title: 'The shower leaks',
  description: 'On the left.',
  location: { label: 'Torstraße 1', latitude: 52.5, longitude: 13.4 },
  durationMinutes: 90,
  reference: 'order 4711',
  metadata: { floor: '3', door: 'left' },
  rejectionPolicy: 'INVITE_NEXT',
};

async function openJob(wanted: object = {}) {
  const customer = await scheduling.user('customer');
  const body = { title: 'The tap leaks', timezone: 'Europe/Berlin', price: { amountMinor: 100, currency: 'EUR' } };
  const { body: job } = await customer.post<Job>('/jobs', { ...body, ...wanted });
  return { customer, job, path: `/jobs/${job.id}` };
}

test('a patch changes the given fields and the version, by the customer or ops', async () => {
  const { customer, job, path } = await openJob();
  const providerQueue = [randomUUID(), randomUUID()];
  const whole = { ...details, providerQueue, timezone: 'Asia/Tokyo', price: { amountMinor: 3e9, currency: 'JPY' } };
  const all = await customer.patch(path, { ...whole, description: 'On\rthe left.' });
  expect(all.status).toBe(200);
  expect(all.headers.get('etag')).toBe('"1"');
  const { updatedAt } = all.body;
  expect(all.body).toEqual({ ...job, ...whole, description: 'On\nthe left.', version: 1, updatedAt });
  expect(updatedAt > job.updatedAt).toBe(true);
  const one = await (await scheduling.user('ops')).patch(path, { durationMinutes: 30 });
  expect(one.body).toEqual({ ...all.body, durationMinutes: 30, version: 2, updatedAt: one.body.updatedAt });
  expect((await customer.get<Job>(path)).body).toEqual(one.body);
});

test('null clears what may be absent and is nothing elsewhere; {} clears metadata', async () => {
  const { customer, job, path } = await openJob(details);
  const cleared = { description: null, location: null, durationMinutes: null, reference: null };
  const ignored = { title: null, providerQueue: null, rejectionPolicy: null, price: null, timezone: null };
  const { body } = await customer.patch(path, { ...cleared, ...ignored, metadata: null });
  expect(body).toEqual({ ...job, ...cleared, version: 1, updatedAt: body.updatedAt });
  const emptied = await customer.patch(path, { metadata: {} });
  expect(emptied.body).toMatchObject({ metadata: {}, version: 2 });
});

test('a patch that changes nothing leaves the version and updatedAt', async () => {
  const { customer, job, path } = await openJob(details);
  const reordered = { metadata: { door: 'left', floor: '3' } };
  for (const body of [{}, details, reordered, { price: job.price, timezone: job.timezone }, { title: null }]) {
    const { status, headers, body: after } = await customer.patch(path, body);
    expect([status, headers.get('etag')]).toEqual([200, '"0"']);
    expect(after).toEqual(job);
  }
  expect((await customer.get<Job>(path)).body).toEqual(job);
});

test('price and time zone change only while the job is open, and nothing changes afterwards', async () => {
  const { customer, job, assignment } = await scheduling.giveJob();
  const path = `/jobs/${job.id}`;
  for (const body of [{ price: job.price }, { timezone: 'Asia/Tokyo' }]) {
    const refused = await customer.patch(path, { title: 'Other', ...body });
    expect(problemOf(refused)).toMatchObject({
      status: 409,
      code: 'invalid-transition',
      currentJob: { version: 1, title: job.title },
    });
  }
  expect((await customer.patch(path, { title: 'Other' })).body).toMatchObject({ title: 'Other', version: 2 });
  await customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'No longer needed' });
  for (const body of [{}, { title: 'Another' }]) {
    expect(problemOf(await customer.patch(path, body))).toMatchObject({
      code: 'invalid-transition',
      currentJob: { version: 3, status: 'CANCELLED' },
    });
  }
});

test('a new title moves updatedAt of the assignments of the job, and another change does not', async () => {
  const { customer, job, assignment, provider } = await scheduling.giveJob();
  await provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' });
  const { body: second } = await customer.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() });
  const times = async () =>
    Promise.all(
      [assignment, second].map(async ({ id }) => {
        const { body } = await customer.get(`/assignments/${id}`);
        return { updatedAt: body.updatedAt, version: body.scheduleVersion };
      }),
    );
  const before = await times();
  await delay(2);
  await customer.patch(`/jobs/${job.id}`, { description: 'New' });
  expect(await times()).toEqual(before);
  const { body: retitled } = await customer.patch(`/jobs/${job.id}`, { title: 'New' });
  const { updatedAt } = retitled;
  expect(await times()).toEqual(before.map(({ version }) => ({ updatedAt, version })));
});

test('a stale If-Match is refused with the job, and a key replays the response', async () => {
  const { customer, path } = await openJob();
  const key = { 'idempotency-key': randomUUID() };
  const first = await customer.patch(path, { title: 'One' }, { ...key, 'if-match': '"0"' });
  expect(first.body.version).toBe(1);
  const stale = problemOf(await customer.patch(path, { title: 'Two' }, { 'if-match': '"0"' }));
  const current = { title: 'One', version: 1 };
  expect(stale).toMatchObject({ status: 412, code: 'precondition-failed', currentJob: current, current });
  const replayed = await customer.patch(path, { title: 'One' }, { ...key, 'if-match': '"0"' });
  expect([replayed.text, replayed.headers.get('etag')]).toEqual([first.text, '"1"']);
  expect((await customer.patch(path, { title: 'Two' }, { 'if-match': '*' })).body.version).toBe(2);
});

test('a patch is refused for wrong values, and for callers who do not command the job', async () => {
  const { customer, provider, job } = await scheduling.giveJob();
  const path = `/jobs/${job.id}`;
  for (const body of [
    { title: ' ' },
    { location: {} },
    { metadata: { a: null } },
    { status: 'DONE' },
    { version: 7 },
  ]) {
    expect(problemOf(await customer.patch(path, body))).toMatchObject({ status: 400, code: 'validation-failed' });
  }
  expect(problemOf(await customer.patch(path))).toMatchObject({ code: 'malformed-body' });
  expect(problemOf(await customer.patch(path, { providerQueue: [customer.id] })).code).toBe('same-person');
  expect(problemOf(await provider.patch(path, { title: 'x' })).code).toBe('forbidden');
  const opened = await openJob();
  expect(problemOf(await opened.customer.patch(opened.path, { timezone: 'Mars/Base' })).code).toBe('unknown-timezone');
  for (const role of ['customer', 'provider', 'finance'] as const) {
    expect(problemOf(await (await scheduling.user(role)).patch(path, { title: 'x' })).code).toBe('not-found');
  }
});

test('concurrent patches, proposals and rejects neither deadlock nor lose a change', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  const path = `/jobs/${job.id}`;
  const asked = Array.from({ length: 20 }, (_, at) => [
    customer.patch(path, { title: `Title ${at}` }),
    customer.patch(path, { metadata: { [`k${at}`]: '' } }),
    customer.post(`/jobs/${job.id}/schedule`, windowIn(600 + at)),
  ]);
  const release = provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' });
  const replies = await Promise.all([...asked.flat(), release]);
  expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
  const { body } = await customer.get<Job>(path);
  // Given, released, and forty patches.
  expect(body).toMatchObject({ status: 'OPEN', version: 42 });
});
