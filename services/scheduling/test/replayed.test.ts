import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GivenJob, type Reply, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;

beforeAll(async () => {
  scheduling = await startScheduling();
});

afterAll(() => scheduling.stop());

type Headers = Record<string, string>;
type Command = (given: GivenJob, headers?: Headers) => Promise<Reply<unknown>>;

const window = windowIn(900);
const job = { title: 'Leak \u2028 "🚰"', timezone: 'Europe/Berlin', price: { amountMinor: 100, currency: 'EUR' } };
const givenTo = randomUUID();

const create: Command = ({ customer }, headers) => customer.post('/jobs', job, headers);
const propose: Command = ({ customer, job }, headers) => customer.post(`/jobs/${job.id}/schedule`, window, headers);
const confirm: Command = ({ provider, assignment }, headers) =>
  provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, headers);
const release: Command = ({ provider, assignment }, headers) =>
  provider.post(`/assignments/${assignment.id}/reject`, { reason: 'Ill', scope: 'assignment' }, headers);
const give: Command = ({ customer, job }, headers) =>
  customer.post(`/jobs/${job.id}/assignments`, { providerId: givenTo }, headers);
const cancel: Command = ({ customer, assignment }, headers) =>
  customer.post(`/assignments/${assignment.id}/cancel`, { reason: 'No' }, headers);

const seen = ({ status, text, headers }: Reply<unknown>) => ({
  status,
  text,
  ...Object.fromEntries(['content-type', 'etag', 'location'].map((name) => [name, headers.get(name)])),
});

test.each<[string, Command, Command[]]>([
  ['a new job', create, []],
  ['a new assignment', give, [release]],
  ['a proposal', propose, []],
  ['a confirmation', confirm, [propose]],
  ['a release', release, []],
  ['a cancellation', cancel, []],
])('%s is replayed byte for byte', async (_what, command, before) => {
  const given = await scheduling.giveJob();
  for (const each of before) await each(given);
  const key = { 'idempotency-key': randomUUID() };
  const first = await command(given, key);
  const again = await command(given, key);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(seen(again)).toEqual(seen(first));
});

test('a response that the previous release stored is replayed', async () => {
  const given = await scheduling.giveJob();
  const key = { 'idempotency-key': randomUUID() };
  const first = await propose(given, key);
  await scheduling.database.query('update idempotency_key set answer_text = null where key = $1', [
    key['idempotency-key'],
  ]);
  const again = await propose(given, key);
  expect([again.status, again.body]).toEqual([200, first.body]);
});

test('a stale text of a response that the previous release replaced is not replayed', async () => {
  const given = await scheduling.giveJob();
  const key = { 'idempotency-key': randomUUID() };
  await propose(given, key);
  await scheduling.database.query(
    `update idempotency_key set answer = jsonb_set(answer, '{body,scheduleNotes}', '"new"') where key = $1`,
    [key['idempotency-key']],
  );
  expect((await propose(given, key)).body).toMatchObject({ scheduleNotes: 'new' });
});
