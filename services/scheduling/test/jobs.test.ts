import { randomUUID } from 'node:crypto';
import type { Job } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const wanted = {
  title: 'The kitchen tap leaks',
  timezone: 'Europe/Berlin',
  price: { amountMinor: 18_500, currency: 'EUR' },
};
const details = {
  description: 'Under the sink.\r\n\tOn the left.',
  location: { label: 'Torstraße 1', latitude: -89.12345678901235, longitude: 180 },
  durationMinutes: 20_160,
  reference: 'order 4711',
  metadata: { floor: '3', 'a/b ~ü💧': '', constructor: 'x' },
};

test('a job keeps what its customer says about it', async () => {
  const customer = await scheduling.user('customer');
  const created = await customer.post<Job>('/jobs', { ...wanted, ...details });
  expect(created.status).toBe(201);
  expect(created.headers.get('etag')).toBe('"0"');
  expect(created.body).toMatchObject({ ...details, description: 'Under the sink.\n\tOn the left.', version: 0 });
  const read = await customer.get<Job>(`/jobs/${created.body.id}`);
  expect(read.body).toEqual(created.body);
  expect(read.headers.get('etag')).toBe('"0"');
});

test('what a job lacks is null or empty, and null counts as absent', async () => {
  const customer = await scheduling.user('customer');
  const absent = { description: null, location: null, durationMinutes: null, reference: null };
  for (const body of [wanted, { ...wanted, ...absent, metadata: null }]) {
    const { body: job } = await customer.post<Job>('/jobs', body);
    expect(job).toMatchObject({ ...absent, metadata: {} });
  }
  const location = { label: 'Torstraße 1', latitude: null, longitude: null };
  const { body: job } = await customer.post<Job>('/jobs', { ...wanted, location });
  expect(job.location).toEqual(location);
});

test('the queue is shown to the customer and ops only', async () => {
  const queue = [randomUUID()];
  const { customer, provider, job } = await scheduling.giveJob({ job: { providerQueue: queue } });
  const ops = await scheduling.user('ops');
  const both = await scheduling.user(['customer', 'provider'], { id: provider.id });
  for (const [who, shown] of [
    [customer, queue],
    [ops, queue],
    [provider, []],
    [both, []],
  ] as const) {
    expect((await who.get<Job>(`/jobs/${job.id}`)).body.providerQueue).toEqual(shown);
  }
});

test('the version of a job rises when it is assigned, released, cancelled or completed', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob({
    job: { rejectionPolicy: 'INVITE_NEXT', providerQueue: [randomUUID()] },
  });
  const version = async (id = job.id) => {
    const { body, headers } = await customer.get<Job>(`/jobs/${id}`);
    expect(headers.get('etag')).toBe(`"${body.version}"`);
    return body.version;
  };
  expect(await version()).toBe(1);
  await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  expect(await version()).toBe(1);
  await provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill' });
  expect(await version()).toBe(2);
  const { body: invited } = await customer.get<Job>(`/jobs/${job.id}`);
  await customer.post(`/assignments/${invited.currentAssignmentId}/cancel`, { reason: 'No longer needed' });
  expect(await version()).toBe(3);
});

test('the version of a job counts changes by the previous release', async () => {
  const { customer, job } = await scheduling.giveJob();
  await scheduling.database.query(`update job set status = 'DONE', updated_at = updated_at where id = $1`, [job.id]);
  expect((await customer.get<Job>(`/jobs/${job.id}`)).body.version).toBe(2);
});

test.each([
  ['/description', { description: 'x'.repeat(2_001) }],
  ['/description', { description: 'a\u0000' }],
  ['/location', { location: 'Torstraße 1' }],
  ['/location/label', { location: {} }],
  ['/location/label', { location: { label: ' ' } }],
  ['/location/label', { location: { label: 'a\nb' } }],
  ['/location/label', { location: { label: 'x'.repeat(201) } }],
  ['/location/longitude', { location: { label: 'x', latitude: 1 } }],
  ['/location/longitude', { location: { label: 'x', longitude: 1, latitude: null } }],
  ['/location/latitude', { location: { label: 'x', latitude: 90.000001, longitude: 0 } }],
  ['/location/longitude', { location: { label: 'x', latitude: 0, longitude: -180.1 } }],
  ['/location/latitude', { location: { label: 'x', latitude: '1', longitude: 0 } }],
  ['/location/city', { location: { label: 'x', city: 'Berlin' } }],
  ['/durationMinutes', { durationMinutes: 29 }],
  ['/durationMinutes', { durationMinutes: 20_161 }],
  ['/durationMinutes', { durationMinutes: 30.5 }],
  ['/reference', { reference: 'x'.repeat(101) }],
  ['/reference', { reference: '' }],
  ['/reference', { reference: 'a\nb' }],
  ['/metadata', { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, ''])) }],
  ['/metadata', { metadata: [] }],
  ['/metadata/', { metadata: { '': 'x' } }],
  [`/metadata/${'k'.repeat(41)}`, { metadata: { ['k'.repeat(41)]: 'x' } }],
  ['/metadata/a~1b', { metadata: { 'a/b': 'x'.repeat(501) } }],
  ['/metadata/a', { metadata: { a: 1 } }],
  ['/metadata/a', { metadata: { a: null } }],
  ['/metadata/__proto__', { metadata: JSON.parse('{"__proto__": "x"}') }],
  ['/version', { version: 1 }],
])('a job is refused at %s', async (path, body) => {
  const customer = await scheduling.user('customer');
  const problem = problemOf(await customer.post('/jobs', { ...wanted, ...body }));
  expect(problem).toMatchObject({ status: 400, code: 'validation-failed', errors: [{ path }] });
});

test('the limits of a job count characters', async () => {
  const customer = await scheduling.user('customer');
  const longest = {
    title: '💧'.repeat(200),
    description: '\r\n'.repeat(2_000),
    location: { label: '💧'.repeat(200), latitude: 90, longitude: -180 },
    durationMinutes: 30,
    reference: '💧'.repeat(100),
    metadata: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}`.padEnd(40, 'k'), '💧'.repeat(500)])),
  };
  const { status, body } = await customer.post<Job>('/jobs', { ...wanted, ...longest });
  expect(status).toBe(201);
  expect(body).toMatchObject({ ...longest, description: '\n'.repeat(2_000) });
});
