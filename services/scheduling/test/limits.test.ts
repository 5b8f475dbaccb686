import { randomUUID } from 'node:crypto';
import type { Job } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ApiUser,
  type GivenJob,
  problemOf,
  type SchedulingService,
  startScheduling,
  windowIn,
} from './scheduling-service.ts';

let scheduling: SchedulingService;
let ops: ApiUser;
beforeAll(async () => {
  scheduling = await startScheduling({ MAX_PROPOSALS_PER_HOUR: '3', MAX_OPEN_PER_PAIR: '2', MAX_OPEN_JOBS: '5' });
  ops = await scheduling.user('ops');
});
afterAll(() => scheduling.stop());

const at = ({ assignment }: GivenJob) => `/assignments/${assignment.id}`;
const forJob = (as: ApiUser, { job }: GivenJob, query = '') =>
  as.post(`/jobs/${job.id}/schedule${query}`, windowIn(600));
const forAssignment = (as: ApiUser, given: GivenJob) => as.post(`${at(given)}/schedule`, windowIn(600));
const counter = (as: ApiUser, given: GivenJob) =>
  as.post(`${at(given)}/reject`, { reason: 'No', counter: windowIn(700) });
const tooManyProposals = { status: 429, code: 'too-many-proposals' };

const newJob = (customer: ApiUser) =>
  customer.post<Job>('/jobs', { title: 'Tap', timezone: 'UTC', price: { amountMinor: 100, currency: 'EUR' } });
const give = (as: ApiUser, { body: { id } }: { body: Job }, providerId: string) =>
  as.post(`/jobs/${id}/assignments`, { providerId });
const countOf = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

test('a side is limited in proposals per hour, counters included, and the other side and ops are not', async () => {
  const given = await scheduling.giveJob();
  const { customer, provider } = given;
  expect((await forAssignment(provider, given)).status).toBe(200);
  for (const propose of [forJob, counter, forJob]) expect((await propose(customer, given)).status).toBe(200);

  const refused = await forJob(customer, given);
  expect(problemOf(refused)).toMatchObject(tooManyProposals);
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(3_500);
  expect(retryAfter).toBeLessThanOrEqual(3_600);
  expect(problemOf(await forJob(customer, given, '?dryRun=true'))).toMatchObject(tooManyProposals);
  expect(problemOf(await counter(customer, given))).toMatchObject(tooManyProposals);
  const { actions } = (await customer.get(at(given))).body;
  expect(actions.find(({ name }) => name === 'propose')).toMatchObject({ allowed: true });

  // Before the rules of the window, and after the transition.
  const path = `/jobs/${given.job.id}/schedule`;
  expect(problemOf(await customer.post(path, windowIn(-60)))).toMatchObject(tooManyProposals);

  for (let more = 0; more < 5; more += 1) expect((await forJob(ops, given)).status).toBe(200);
  for (let more = 0; more < 2; more += 1) expect((await forAssignment(provider, given)).status).toBe(200);
  expect(problemOf(await forAssignment(provider, given))).toMatchObject(tooManyProposals);
  expect((await customer.post(`${at(given)}/cancel`, { reason: 'Enough' })).status).toBe(200);
  expect(problemOf(await forJob(customer, given)).code).toBe('invalid-transition');
});

test('proposals count for an hour, and dry runs do not', async () => {
  const given = await scheduling.giveJob();
  for (let dry = 0; dry < 5; dry += 1) expect((await forJob(given.customer, given, '?dryRun=true')).status).toBe(200);
  for (let made = 0; made < 3; made += 1) expect((await forJob(given.customer, given)).status).toBe(200);
  await scheduling.database.query(
    `update assignment_timeline set at = at - interval '59 minutes 50 seconds' where assignment_id = $1 and version = 1`,
    [given.assignment.id],
  );
  const refused = await forJob(given.customer, given);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
  await scheduling.database.query(
    `update assignment_timeline set at = at - interval '1 minute' where assignment_id = $1 and version = 1`,
    [given.assignment.id],
  );
  expect((await forJob(given.customer, given)).status).toBe(200);
});

test('concurrent proposals do not pass the limit together', async () => {
  const given = await scheduling.giveJob();
  const all = await Promise.all(Array.from({ length: 9 }, () => forJob(given.customer, given)));
  expect([countOf(all, 200), countOf(all, 429)]).toEqual([3, 6]);
});

test('a customer is limited in assignments that a provider has not answered', async () => {
  const customer = await scheduling.user('customer');
  const provider = await scheduling.user('provider');
  const jobs = await Promise.all([1, 2, 3, 4, 5].map(() => newJob(customer)));
  const [first, second, third, fourth, fifth] = jobs;
  if (!first || !second || !third || !fourth || !fifth) throw new Error('Five jobs are needed.');
  expect((await give(ops, fourth, provider.id)).status).toBe(201);
  const given = await give(customer, first, provider.id);
  expect(given.status).toBe(201);
  const scene = { customer, provider, job: first.body, assignment: given.body };
  expect((await give(customer, second, provider.id)).status).toBe(201);
  expect((await forJob(customer, scene)).status).toBe(200);

  const refused = await give(customer, third, provider.id);
  expect(problemOf(refused)).toMatchObject({ status: 429, code: 'too-many-open-assignments' });
  expect(refused.headers.get('retry-after')).toBe('3600');
  expect((await ops.get<Job>(`/jobs/${third.body.id}`)).body.status).toBe('OPEN');
  expect((await give(customer, fifth, randomUUID())).status).toBe(201);

  // An answer of the provider makes room, whatever it is.
  expect((await provider.post(`${at(scene)}/reject`, { reason: 'Not then', scope: 'window' })).status).toBe(200);
  expect((await forJob(customer, scene)).status).toBe(200);
  expect((await give(customer, third, provider.id)).status).toBe(201);
});

test('an invitation by the queue does not count', async () => {
  const [customer, next] = [await scheduling.user('customer'), randomUUID()];
  for (let invited = 0; invited < 2; invited += 1) {
    const { body: job } = await customer.post<Job>('/jobs', {
      title: 'Tap',
      timezone: 'UTC',
      price: { amountMinor: 100, currency: 'EUR' },
      rejectionPolicy: 'INVITE_NEXT',
      providerQueue: [next],
    });
    const { body: assignment } = await customer.post(`/jobs/${job.id}/assignments`, { providerId: randomUUID() });
    await customer.post(`/assignments/${assignment.id}/reject`, { scope: 'assignment' });
  }
  for (let given = 0; given < 2; given += 1) {
    expect((await give(customer, await newJob(customer), next)).status).toBe(201);
  }
  expect(problemOf(await give(customer, await newJob(customer), next)).code).toBe('too-many-open-assignments');
});

test('a customer is limited in open jobs, also when they are created concurrently', async () => {
  const customer = await scheduling.user('customer');
  const created = await Promise.all(Array.from({ length: 12 }, () => newJob(customer)));
  expect([countOf(created, 201), countOf(created, 429)]).toEqual([5, 7]);
  const refused = await newJob(customer);
  expect(problemOf(refused)).toMatchObject({ status: 429, code: 'too-many-open-jobs' });
  expect(refused.headers.get('retry-after')).toBe('3600');

  const open = created.find(({ status }) => status === 201);
  if (!open) throw new Error('None was created.');
  const { body: assignment } = await give(customer, open, randomUUID());
  expect((await newJob(customer)).status).toBe(429);
  expect((await customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'Enough' })).status).toBe(200);
  expect((await newJob(customer)).status).toBe(201);
});

test('concurrent assignments do not pass the limit together', async () => {
  const [customer, provider] = [await scheduling.user('customer'), randomUUID()];
  const jobs = await Promise.all([1, 2, 3, 4, 5].map(() => newJob(customer)));
  const given = await Promise.all(jobs.map((job) => give(customer, job, provider)));
  expect([countOf(given, 201), countOf(given, 429)]).toEqual([2, 3]);
});
