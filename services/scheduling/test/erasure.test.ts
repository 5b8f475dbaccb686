import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Erasure, endpoints, eraseTexts, type Job, personEvents } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let world: SchedulingService;
let ops: ApiUser;

beforeAll(async () => {
  world = await startScheduling();
  ops = await world.user('ops');
});

afterAll(() => world.stop());

/** Every row of every table as text, without the records of erasures. */
async function rows(): Promise<string[]> {
  const { rows: tables } = await world.database.query(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const all: string[] = [];
  for (const { table_name } of tables) {
    if (table_name === 'erasure') continue;
    const { rows: found } = await world.database.query(`select t::text as row from ${table_name} t`);
    all.push(...found.map(({ row }) => row));
  }
  return all;
}

const rowsWith = async (word: string) => (await rows()).filter((row) => row.includes(word));

/** Proposed with notes, rejected with a reason, proposed again; every text has the word. */
async function visit(word: string) {
  const given = await world.giveJob({
    job: {
      title: `Title ${word}`,
      description: `Description ${word}`,
      location: { label: `Label ${word}`, latitude: 52.5295, longitude: 13.4017 },
      reference: `Reference ${word}`,
      metadata: { [`key ${word}`]: `value ${word}` },
    },
    headers: key(),
  });
  const { customer, provider, job, assignment } = given;
  await ops.patch(`/jobs/${job.id}`, { description: `By ops ${word}` });
  await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(600), notes: `Notes ${word}` }, key());
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`, undefined, key());
  await customer.post(`/assignments/${assignment.id}/reject`, { reason: `Reason ${word}`, scope: 'window' }, key());
  await provider.post(
    `/assignments/${assignment.id}/schedule`,
    { ...windowIn(900), notes: `More notes ${word}` },
    key(),
  );
  return given;
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

test('an erasure erases every text about a customer or provider, and nothing else', async () => {
  for (const side of ['customer', 'provider'] as const) {
    const word = randomUUID();
    const other = await visit(`other-${side}`);
    const given = await visit(word);
    const { id } = given[side];
    const before = await rows();
    const counted = await ops.get<Erasure>(`/ops/people/${id}/erasure?count=true`);
    expect(counted.body).toMatchObject({ at: null, finishedAt: null, erased: {} });

    const erasure = await erase(id);
    expect(erasure.erased).toEqual(counted.body.left);
    expect(Object.values(erasure.erased).every((count) => count > 0 || side === 'provider')).toBe(true);
    // The job, what ops wrote on it, and the response that created it are the customer's.
    expect(await rowsWith(word)).toHaveLength(side === 'provider' ? 3 : 0);
    if (side === 'customer') {
      const { body: erased } = await ops.get<Job>(`/jobs/${given.job.id}`);
      const location = { label: '[erased]', latitude: null, longitude: null };
      expect(erased).toMatchObject({
        description: '[erased]',
        reference: '[erased]',
        metadata: {},
        location,
        version: 2,
      });
    }

    // Ids, times, money and states stay; the texts of others do.
    const { body: job } = await other.customer.get<Job>(`/jobs/${other.job.id}`);
    expect(job.title).toBe(`Title other-${side}`);
    expect(await rowsWith(`other-${side}`)).toHaveLength(before.filter((row) => row.includes(`other-${side}`)).length);
    const { body: now } = await given[side].get(`/assignments/${given.assignment.id}`);
    expect(now).toMatchObject({
      status: 'PROPOSED',
      scheduleNotes: '[erased]',
      scheduleVersion: 4,
      price: given.job.price,
    });
    const { body: timeline } = await ops.get<{ items: object[] }>(`/assignments/${given.assignment.id}/timeline`);
    expect(timeline.items).toEqual(eraseTexts(timeline.items));
    expect(timeline.items[3]).toMatchObject({ actor: { id: given.customer.id }, reason: '[erased]' });
    const after = await ops.get<Erasure>(`/ops/people/${id}/erasure?count=true`);
    expect(Object.values(after.body.left ?? { none: 1 }).every((count) => count === 0)).toBe(true);
  }
});

test('an erasure waits for a command that is publishing the title', async () => {
  const word = randomUUID();
  const { customer, job, assignment } = await world.giveJob({ job: { title: `Title ${word}` } });
  const { databaseUrl: connectionString } = world.environment;
  const client = new Client({ connectionString });
  await client.connect();
  await client.query('begin');
  await client.query('select from assignment where id = $1 for update', [assignment.id]);
  const { body } = await ops.post<Erasure>(`/ops/people/${customer.id}/erasure`, { reason: 'Request 4712' });
  await eventually(async () => {
    const { rows } = await world.database.query("select from pg_stat_activity where wait_event_type = 'Lock'");
    expect(rows.length).toBeGreaterThan(0);
  });
  await client.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
      select gen_random_uuid(), aggregate_id, 1, type, payload from outbox where aggregate_id = $1`,
    [assignment.id],
  );
  await client.query('commit');
  await client.end();
  await eventually(async () => {
    const { body: now } = await ops.get<Erasure>(`/ops/people/${customer.id}/erasure`);
    expect([now.at, now.finishedAt]).toEqual([body.at, expect.any(String)]);
  });
  expect(await rowsWith(word)).toEqual([]);
  expect((await ops.get<Job>(`/jobs/${job.id}`)).body.title).toBe('[erased]');
});

test('an erasure of ops staff erases what they wrote on assignments of others, with its copies', async () => {
  const [word, clerk] = [randomUUID(), await world.user('ops')];
  const { provider, customer, assignment } = await world.giveJob({ job: { title: 'Title of the customer' } });
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

test('an erasure of ops staff erases what they wrote on jobs of others, with its copies', async () => {
  const [word, clerk] = [randomUUID(), await world.user('ops')];
  const job = { description: 'By the customer', reference: 'By the customer' };
  const given = await world.giveJob({ job, headers: key() });
  const path = `/jobs/${given.job.id}`;
  const location = { label: `Label ${word}` };
  await clerk.patch(path, { title: `Title ${word}`, description: `Description ${word}`, location }, key());
  // These repeat the texts in an event, an item and responses.
  await given.customer.patch(path, { durationMinutes: 60 }, key());
  await given.customer.post(`${path}/schedule`, windowIn(600), key());
  await given.customer.patch(path, { description: 'By the customer' }, key());
  await given.customer.post(`${path}/cancel`, { reason: 'By the customer' }, key());
  const others = (await rowsWith('By the customer')).length;
  expect((await rowsWith(word)).length).toBeGreaterThan(5);

  await erase(clerk.id);
  expect(await rowsWith(word)).toEqual([]);
  // The stored response to the clerk is erased as a whole.
  expect(await rowsWith('By the customer')).toHaveLength(others - 1);
  const { body: after } = await given.customer.get<Job>(path);
  expect(after).toMatchObject({ ...job, title: '[erased]', location: { label: '[erased]' }, durationMinutes: 60 });
});

test('an erasure of a customer erases what ops wrote on their jobs', async () => {
  const [word, clerk] = [randomUUID(), await world.user('ops')];
  const { customer, job } = await world.giveJob();
  await clerk.patch(`/jobs/${job.id}`, { reference: `Reference ${word}`, metadata: { word } }, key());
  await clerk.patch(`/jobs/${job.id}`, { reference: null }, key());
  await erase(customer.id);
  expect(await rowsWith(word)).toEqual([]);
});

test('an erasure publishes person.erased, records who asked and why, and can be repeated', async () => {
  const word = randomUUID();
  const { customer, job } = await visit(word);
  const first = await erase(customer.id, 'First request');
  await customer.post(`/jobs/${job.id}/schedule`, { ...windowIn(950), notes: `Written since ${word}` });
  expect(await rowsWith(word)).not.toEqual([]);
  const second = await erase(customer.id, 'Second request');
  expect(await rowsWith(word)).toEqual([]);

  const { rows: records } = await world.database.query(
    'select number, requested_by, reason, at from erasure where person_id = $1 order by number',
    [customer.id],
  );
  expect(records).toMatchObject([
    { number: 1, requested_by: ops.id, reason: 'First request', at: new Date(first.at ?? 0) },
    { number: 2, requested_by: ops.id, reason: 'Second request', at: new Date(second.at ?? 0) },
  ]);
  for (const change of ["set reason = 'None'", 'set finished_at = null', "set counts = '{}'"]) {
    await expect(world.database.query(`update erasure ${change}`)).rejects.toThrow('append-only');
  }
  await expect(world.database.query('delete from erasure')).rejects.toThrow('append-only');

  const { rows: events } = await world.database.query(
    'select payload from outbox where aggregate_id = $1 order by position',
    [customer.id],
  );
  const published = events.map(({ payload }) => personEvents['person.erased'].strict.parse(JSON.parse(payload)));
  expect(published).toMatchObject([
    { sequence: '0000000001', subject: customer.id, data: { personId: customer.id, at: first.at } },
    { sequence: '0000000002', data: { at: second.at } },
  ]);
});

test('an erasure repeated with its key is the same one, and only ops may request one', async () => {
  const personId = randomUUID();
  const again = key();
  const path = `/ops/people/${personId}/erasure`;
  const [one, two] = [
    await ops.post<Erasure>(path, { reason: 'Once' }, again),
    await ops.post<Erasure>(path, { reason: 'Once' }, again),
  ];
  expect(two.text).toBe(one.text);
  const { rows: records } = await world.database.query('select from erasure where person_id = $1', [personId]);
  expect(records).toHaveLength(1);
  for (const role of ['customer', 'provider', 'finance'] as const) {
    const person = await world.user(role, { id: personId });
    expect(await person.post(path, { reason: 'Me' })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await person.get(path)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
});

test('an erasure catches texts that concurrent commands copy, and fails none of them', async () => {
  const another = await world.startAnother();
  const word = randomUUID();
  const customer = await world.user('customer');
  const visits = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const url = index % 2 ? world.service.url : another.url;
      const provider = await world.user('provider', { url });
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

test('erase_texts in the database equals eraseTexts of the contracts', async () => {
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
    location: { label: 'Hof', latitude: 52.5, longitude: -13.4 },
    items: [{ reason: 'A "quoted" \\ one\n', at: 7, deep: [[{ notes: '' }]] }, 'title', true, 1.5],
    empty: [{}, []],
  };
  const { rows: erased } = await world.database.query('select erase_texts($1) as value', [JSON.stringify(value)]);
  expect(erased[0].value).toEqual(eraseTexts(value));
});

test('docs/privacy.md lists every column that can hold a text', async () => {
  const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8');
  const { rows: columns } = await world.database.query(
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
