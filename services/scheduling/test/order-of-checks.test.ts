import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
let ops: ApiUser;
let finance: ApiUser;
let stranger: ApiUser;
beforeAll(async () => {
  scheduling = await startScheduling();
  ops = await scheduling.user('ops');
  finance = await scheduling.user('finance');
  stranger = await scheduling.user(['customer', 'provider']);
});
afterAll(() => scheduling.stop());

const stale = { 'if-match': '"77"' };

describe('visibility comes first', () => {
  test('callers who may not know of an assignment get 404', async () => {
    const { assignment, job } = await scheduling.giveJob();
    const paths = [`/assignments/${assignment.id}/schedule/confirm`, `/assignments/${assignment.id}/reject`];
    for (const path of paths) {
      expect(problemOf(await stranger.post(path, {}, stale))).toMatchObject({ status: 404, code: 'not-found' });
    }
    expect((await stranger.get(`/assignments/${assignment.id}`)).status).toBe(404);
    expect((await stranger.get(`/assignments/${assignment.id}/timeline`)).status).toBe(404);
    expect((await stranger.get(`/jobs/${job.id}`)).status).toBe(404);
    expect((await stranger.post(`/jobs/${job.id}/schedule`, windowIn(60))).status).toBe(404);
    expect((await ops.get(`/assignments/${randomUUID()}`)).status).toBe(404);
  });

  test('finance sees assignments but no jobs, ops and the provider see both', async () => {
    const { assignment, job, provider } = await scheduling.giveJob();
    expect((await finance.get(`/assignments/${assignment.id}`)).status).toBe(200);
    expect((await finance.get(`/jobs/${job.id}`)).status).toBe(404);
    expect((await ops.get(`/jobs/${job.id}`)).status).toBe(200);
    expect((await provider.get(`/jobs/${job.id}`)).status).toBe(200);
  });

  test('the id of the customer does not count in the role of a provider', async () => {
    const { assignment, customer } = await scheduling.giveJob();
    const other = await scheduling.user('provider', { id: customer.id });
    expect((await other.get(`/assignments/${assignment.id}`)).status).toBe(404);
  });
});

describe('then the role', () => {
  test('each path is for some roles only', async () => {
    const { assignment, job, customer, provider } = await scheduling.giveJob();
    const at = `/assignments/${assignment.id}`;
    const refusals = await Promise.all([
      customer.post(`${at}/schedule`, windowIn(60), stale),
      ops.post(`${at}/schedule`, windowIn(60), stale),
      provider.post(`/jobs/${job.id}/schedule`, windowIn(60), stale),
      provider.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() }, stale),
      ops.post(`${at}/schedule/confirm`, undefined, stale),
      ops.post(`${at}/reject`, {}, stale),
      provider.post(`${at}/cancel`, { reason: 'No' }, stale),
      customer.post(`${at}/complete`, undefined, stale),
      finance.post(`${at}/dispute`, { kind: 'OTHER', reason: 'No' }, stale),
      provider.post('/jobs', { title: 'T', timezone: 'UTC', price: { amountMinor: 1, currency: 'EUR' } }),
    ]);
    expect(refusals.map(({ body }) => (body as { code?: string }).code)).toEqual(refusals.map(() => 'forbidden'));
  });

  test("confirming one's own proposal is refused before any precondition", async () => {
    const { assignment, job, customer, provider } = await scheduling.giveJob();
    await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
    const path = `/assignments/${assignment.id}/schedule/confirm`;
    expect(problemOf(await customer.post(path, {}, stale))).toMatchObject({ status: 403, code: 'own-proposal' });
    expect((await provider.post(path)).status).toBe(200);
    expect(problemOf(await customer.post(path))).toMatchObject({ status: 409, code: 'invalid-transition' });
  });

  test('either side can confirm a proposal of ops', async () => {
    for (const side of ['customer', 'provider'] as const) {
      const given = await scheduling.giveJob();
      const proposed = await ops.post(`/jobs/${given.job.id}/schedule`, windowIn(600));
      expect(proposed.body.scheduleProposedBy).toBe('SYSTEM');
      expect((await given[side].post(`/assignments/${given.assignment.id}/schedule/confirm`)).status).toBe(200);
    }
  });
});

describe('then preconditions, then the transition, then the rules', () => {
  test('If-Match is judged before the state and the rules', async () => {
    const { assignment, provider } = await scheduling.giveJob();
    const path = `/assignments/${assignment.id}/schedule`;
    const tooShort = windowIn(60, 1);
    const refused = await provider.post(path, tooShort, stale);
    expect(problemOf(refused)).toMatchObject({
      status: 412,
      code: 'precondition-failed',
      current: { id: assignment.id, scheduleVersion: 0 },
      currentAssignment: { id: assignment.id, scheduleVersion: 0 },
    });
    expect(problemOf(await provider.post(path, tooShort, { 'if-match': '"0"' })).code).toBe('window-too-short');
    expect(problemOf(await provider.post(path, tooShort, { 'if-match': '*' })).code).toBe('window-too-short');
    expect((await provider.post(path, windowIn(60), { 'if-match': '"0"' })).status).toBe(200);
  });

  test('a version in the body of confirm comes after If-Match and before the transition', async () => {
    const { assignment, provider } = await scheduling.giveJob();
    const path = `/assignments/${assignment.id}/schedule/confirm`;
    expect(problemOf(await provider.post(path, { scheduleVersion: 9 }, stale)).code).toBe('precondition-failed');
    const conflict = await provider.post(path, { scheduleVersion: 9 });
    expect(problemOf(conflict)).toMatchObject({
      status: 409,
      code: 'version-conflict',
      current: { scheduleVersion: 0 },
    });
    expect(problemOf(await provider.post(path, { scheduleVersion: 0 })).code).toBe('invalid-transition');
  });

  test('a closed assignment refuses commands, whatever the window', async () => {
    const { assignment, job, customer, provider } = await scheduling.giveJob();
    expect((await customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'Fixed' })).status).toBe(200);
    expect(problemOf(await provider.post(`/assignments/${assignment.id}/schedule`, windowIn(-5))).code).toBe(
      'invalid-transition',
    );
    expect((await customer.get<{ status: string }>(`/jobs/${job.id}`)).body.status).toBe('CANCELLED');
    const again = await customer.post(`/jobs/${job.id}/assignments`, { providerId: customer.id });
    expect(problemOf(again)).toMatchObject({ status: 409, code: 'job-not-open' });
  });

  test('a job without an assignment cannot be scheduled', async () => {
    const customer = await scheduling.user('customer');
    const price = { amountMinor: 100, currency: 'EUR' };
    const job = await customer.post<{ id: string }>('/jobs', { title: 'Leak', timezone: 'Europe/Berlin', price });
    expect(job.headers.get('location')).toBe(`/jobs/${job.body.id}`);
    const refused = await customer.post(`/jobs/${job.body.id}/schedule`, windowIn(60));
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'invalid-transition' });
    const self = await customer.post(`/jobs/${job.body.id}/assignments`, { providerId: customer.id });
    expect(problemOf(self)).toMatchObject({ status: 422, code: 'same-person' });
  });

  test('a job is refused for its zone before its queue', async () => {
    const customer = await scheduling.user('customer');
    const body = { title: 'Leak', price: { amountMinor: 100, currency: 'EUR' }, providerQueue: [customer.id] };
    const zone = (timezone: string) => customer.post('/jobs', { ...body, timezone });
    expect(problemOf(await zone('Mars/Olympus'))).toMatchObject({ status: 422, code: 'unknown-timezone' });
    expect(problemOf(await zone('Europe/Berlin'))).toMatchObject({ status: 422, code: 'same-person' });
  });
});

test('a window that is too long is refused with the limits, by a dry run too', async () => {
  const { job, customer } = await scheduling.giveJob();
  const longest = 14 * 24 * 60;
  for (const query of ['?dryRun=true', '']) {
    const refused = await customer.post(`/jobs/${job.id}/schedule${query}`, windowIn(60, longest + 1));
    expect(problemOf(refused)).toMatchObject({
      status: 422,
      code: 'window-too-long',
      limits: { minMinutes: 30, maxMinutes: longest },
    });
    const never = { ...windowIn(60), end: '9999-12-31T23:59:59-12:00' };
    expect(problemOf(await customer.post(`/jobs/${job.id}/schedule${query}`, never)).code).toBe('window-too-long');
    const backwards = { start: windowIn(600).start, end: windowIn(60).start };
    expect(problemOf(await customer.post(`/jobs/${job.id}/schedule${query}`, backwards))).toMatchObject({
      code: 'window-too-short',
      limits: { maxMinutes: longest },
    });
    expect((await customer.post(`/jobs/${job.id}/schedule${query}`, windowIn(60, longest))).status).toBe(200);
  }
});

test('a dry run checks everything and changes nothing', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const before = await customer.get(`/assignments/${assignment.id}`);
  const path = `/jobs/${job.id}/schedule?dryRun=true`;
  const accepted = await customer.post(path, windowIn(60), { 'idempotency-key': 'dry' });
  expect([accepted.status, accepted.body, accepted.headers.get('etag')]).toEqual([200, { ok: true }, '"0"']);
  expect(problemOf(await customer.post(path, windowIn(-60))).code).toBe('window-in-past');
  expect(
    problemOf(await provider.post(`/assignments/${assignment.id}/schedule?dryRun=true`, windowIn(60, 5))).code,
  ).toBe('window-too-short');
  const after = await customer.get(`/assignments/${assignment.id}`);
  expect(after.body).toEqual(before.body);
  expect(after.body.scheduleVersion).toBe(0);
  expect((await customer.post(`/jobs/${job.id}/schedule`, windowIn(60), { 'idempotency-key': 'dry' })).status).toBe(
    200,
  );
});
