import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cast, type Reply, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
let database: Client;

beforeAll(async () => {
  scheduling = await startScheduling();
  database = new Client({ connectionString: scheduling.environment.databaseUrl });
  await database.connect();
});

afterAll(async () => {
  await database.end();
  await scheduling.stop();
});

type Headers = Record<string, string>;
type Command = (cast: Cast, headers?: Headers) => Promise<Reply<unknown>>;

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
])('%s is answered again byte for byte', async (_what, command, before) => {
  const cast = await scheduling.cast();
  for (const each of before) await each(cast);
  const key = { 'idempotency-key': randomUUID() };
  const first = await command(cast, key);
  const again = await command(cast, key);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(seen(again)).toEqual(seen(first));
});

test('an answer that the release before has kept is repeated', async () => {
  const cast = await scheduling.cast();
  const key = { 'idempotency-key': randomUUID() };
  const first = await propose(cast, key);
  await database.query('update idempotency_key set answer_text = null where key = $1', [key['idempotency-key']]);
  const again = await propose(cast, key);
  expect([again.status, again.body]).toEqual([200, first.body]);
});

test('the text of an answer that the release before has replaced is not repeated', async () => {
  const cast = await scheduling.cast();
  const key = { 'idempotency-key': randomUUID() };
  await propose(cast, key);
  await database.query(
    `update idempotency_key set answer = jsonb_set(answer, '{body,scheduleNotes}', '"new"') where key = $1`,
    [key['idempotency-key']],
  );
  expect((await propose(cast, key)).body).toMatchObject({ scheduleNotes: 'new' });
});
