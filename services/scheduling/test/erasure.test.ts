import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Erasure, endpoints, eraseTexts, type Job, personEvents } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let world: SchedulingService;
let database: Client;
let ops: Person;

beforeAll(async () => {
  world = await startScheduling();
  database = new Client({ connectionString: world.environment.databaseUrl });
  await database.connect();
  ops = await world.person('ops');
});

afterAll(async () => {
  await database.end();
  await world.stop();
});

/** Every row of every table as text, without the records of erasures. */
async function rows(): Promise<string[]> {
  const { rows: tables } = await database.query(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const all: string[] = [];
  for (const { table_name } of tables) {
    if (table_name === 'erasure') continue;
    const { rows: found } = await database.query(`select t::text as row from ${table_name} t`);
    all.push(...found.map(({ row }) => row));
  }
  return all;
}

const rowsWith = async (word: string) => (await rows()).filter((row) => row.includes(word));

/** Proposed with notes, rejected with a reason, proposed again; every text has the word. */
async function visit(word: string) {
  const cast = await world.cast({ job: { title: `Title ${word}` } });
  const { customer, provider, job, assignment } = cast;
  await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(600), notes: `Notes ${word}` }, key());
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, key());
  await customer.post(`/assignments/${assignment.id}/reject`, { reason: `Reason ${word}`, scope: 'window' }, key());
  await provider.post(
    `/assignments/${assignment.id}/schedule`,
    { ...windowIn(900), notes: `More notes ${word}` },
    key(),
  );
  return cast;
}

const wanted = { timezone: 'Europe/Berlin', price: { amountMinor: 18_500, currency: 'EUR' } };
const key = () => ({ 'idempotency-key': randomUUID() });

async function erase(personId: string, reason = 'Request 4711'): Promise<Erasure> {
  const { status, body } = await ops.post<Erasure>(`/ops/people/${personId}/erasure`, { reason });
  expect(status).toBe(endpoints.erasePerson.success.status);
  return eventually(async () => {
    const { body: now } = await ops.get<Erasure>(`/ops/people/${personId}/erasure`);
    expect(now.at).toBe(body.at);
    expect(now.finishedAt).not.toBeNull();
    return now;
  });
}

test('erases every text about a customer or a provider, and changes nothing else', async () => {
  for (const side of ['customer', 'provider'] as const) {
    const word = randomUUID();
    const other = await visit(`other-${side}`);
    const cast = await visit(word);
    const { id } = cast[side];
    const before = await rows();
    const counted = await ops.get<Erasure>(`/ops/people/${id}/erasure?count=true`);
    expect(counted.body).toMatchObject({ at: null, finishedAt: null, erased: {} });

    const erasure = await erase(id);
    expect(erasure.erased).toEqual(counted.body.left);
    expect(Object.values(erasure.erased).every((count) => count > 0 || side === 'provider')).toBe(true);
    // The title is the customer's.
    expect(await rowsWith(word)).toHaveLength(side === 'provider' ? 1 : 0);

    // Ids, times, money and states stay; the texts of others do.
    const { body: job } = await other.customer.get<Job>(`/jobs/${other.job.id}`);
    expect(job.title).toBe(`Title other-${side}`);
    expect(await rowsWith(`other-${side}`)).toHaveLength(before.filter((row) => row.includes(`other-${side}`)).length);
    const { body: now } = await cast[side].get(`/assignments/${cast.assignment.id}`);
    expect(now).toMatchObject({
      status: 'PROPOSED',
      scheduleNotes: '[erased]',
      scheduleVersion: 4,
      price: cast.job.price,
    });
    const { body: timeline } = await ops.get<{ items: object[] }>(`/assignments/${cast.assignment.id}/timeline`);
    expect(timeline.items).toEqual(eraseTexts(timeline.items));
    expect(timeline.items[2]).toMatchObject({ actor: { id: cast.customer.id }, reason: '[erased]' });
    const after = await ops.get<Erasure>(`/ops/people/${id}/erasure?count=true`);
    expect(Object.values(after.body.left ?? { none: 1 }).every((count) => count === 0)).toBe(true);
  }
});

test('what somebody of ops wrote on an assignment of others goes, with its copies; the texts of the others stay', async () => {
  const [word, clerk] = [randomUUID(), await world.person('ops')];
  const { provider, customer, assignment } = await world.cast({ job: { title: 'Title of the customer' } });
  await provider.post(`/assignments/${assignment.id}/schedule`, { ...windowIn(600), notes: 'By the provider' }, key());
  await clerk.post(`/jobs/${assignment.jobId}/schedule`, { ...windowIn(700), notes: `By ops ${word}` }, key());
  // Repeats the notes in its event, its item and its answer.
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, key());
  await customer.post(`/assignments/${assignment.id}/dispute`, { kind: 'OTHER', reason: 'By the customer' }, key());
  const others = (await rowsWith('By the ')).length;
  expect(others).toBeGreaterThan(4);

  await erase(clerk.id);
  expect(await rowsWith(word)).toEqual([]);
  expect(await rowsWith('By the ')).toHaveLength(others);
  expect((await rowsWith('Title of the customer')).length).toBeGreaterThan(0);
});

test('publishes person.erased, records who asked and why, and may be repeated', async () => {
  const word = randomUUID();
  const { customer, job } = await visit(word);
  const first = await erase(customer.id, 'First request');
  await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(950), notes: `Written since ${word}` });
  expect(await rowsWith(word)).not.toEqual([]);
  const second = await erase(customer.id, 'Second request');
  expect(await rowsWith(word)).toEqual([]);

  const { rows: records } = await database.query(
    'select number, requested_by, reason, at from erasure where person_id = $1 order by number',
    [customer.id],
  );
  expect(records).toMatchObject([
    { number: 1, requested_by: ops.id, reason: 'First request', at: new Date(first.at ?? 0) },
    { number: 2, requested_by: ops.id, reason: 'Second request', at: new Date(second.at ?? 0) },
  ]);
  for (const change of ["set reason = 'None'", 'set finished_at = null', "set counts = '{}'"]) {
    await expect(database.query(`update erasure ${change}`)).rejects.toThrow('append-only');
  }
  await expect(database.query('delete from erasure')).rejects.toThrow('append-only');

  const { rows: events } = await database.query(
    'select payload from outbox where aggregate_id = $1 order by position',
    [customer.id],
  );
  const published = events.map(({ payload }) => personEvents['person.erased'].strict.parse(JSON.parse(payload)));
  expect(published).toMatchObject([
    { sequence: '0000000001', subject: customer.id, data: { personId: customer.id, at: first.at } },
    { sequence: '0000000002', data: { at: second.at } },
  ]);
});

test('a repeat with the same key is the same erasure; others than ops may not', async () => {
  const personId = randomUUID();
  const again = key();
  const path = `/ops/people/${personId}/erasure`;
  const [one, two] = [
    await ops.post<Erasure>(path, { reason: 'Once' }, again),
    await ops.post<Erasure>(path, { reason: 'Once' }, again),
  ];
  expect(two.text).toBe(one.text);
  const { rows: records } = await database.query('select from erasure where person_id = $1', [personId]);
  expect(records).toHaveLength(1);
  for (const role of ['customer', 'provider', 'finance'] as const) {
    const person = await world.person(role, { id: personId });
    expect(await person.post(path, { reason: 'Me' })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await person.get(path)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
});

test('texts that commands copy meanwhile go too, with two instances, and no command fails', async () => {
  const another = await world.startAnother();
  const word = randomUUID();
  const customer = await world.person('customer');
  const visits = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const url = index % 2 ? world.service.url : another.url;
      const provider = await world.person('provider', { url });
      const { body: job } = await customer.post<Job>('/jobs', { ...wanted, title: `Title ${word}` });
      const { body: given } = await customer.post(`/jobs/${job.id}/assignments`, { providerId: provider.id });
      await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(600), notes: `Notes ${word}` });
      return { path: `/assignments/${given.id}`, provider };
    }),
  );
  // Each repeats the notes in its event, its item and its answer.
  const confirming = visits.map(async ({ path, provider }, index) => {
    await delay(index * 25);
    return (await provider.post(`${path}/schedule/confirm`, undefined, key())).status;
  });
  await erase(customer.id);
  expect(new Set(await Promise.all(confirming))).toEqual(new Set([200]));
  expect(await rowsWith(word)).toEqual([]);
});

test('erase_texts in the database does what eraseTexts of the contracts does', async () => {
  const value = {
    ...Object.fromEntries(
      [
        'notes',
        'scheduleNotes',
        'reason',
        'rejectReason',
        'title',
        'jobTitle',
        'description',
        'label',
        'reference',
      ].map((name) => [name, `a ${name}`]),
    ),
    paymentReference: 'SEPA 1',
    blockedBecause: null,
    metadata: { door: '4711' },
    items: [{ reason: 'A "quoted" \\ one\n', at: 7, deep: [[{ notes: '' }]] }, 'title', true, 1.5],
    empty: [{}, []],
  };
  const { rows: erased } = await database.query('select erase_texts($1) as value', [JSON.stringify(value)]);
  expect(erased[0].value).toEqual(eraseTexts(value));
});

test('docs/privacy.md lists every column that could hold a text', async () => {
  const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8');
  const { rows: columns } = await database.query(
    `select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')
        and udt_name <> '_uuid' and table_name not like 'mikro_orm%'`,
  );
  expect(columns.length).toBeGreaterThan(20);
  const missing = columns.filter(({ table_name, column_name }) => {
    const line = page.split('\n').find((each) => each.startsWith(`| \`scheduling.${table_name}\` |`));
    return !line?.includes(`\`${column_name}\``);
  });
  expect(missing).toEqual([]);
});
