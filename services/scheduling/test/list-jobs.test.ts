import { randomUUID } from 'node:crypto';
import { type Job, type JobPage, JobStatus } from '@punctual/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, problemOf, type SchedulingService, startScheduling } from './scheduling-service.ts';

const sorts = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt'] as const;
const titles = [
  'The tap leaks',
  'the TAP drips',
  '100% leak',
  'a_b',
  'Abfluß',
  'ABFLUSS im Bad',
  'back\\slash',
  'ÄRGER',
];
const parts = ['tap', 'TAP LEAKS', '%', '_', '0% l', '\\', 'ärger', 'bfl', 'order 1', 'RDER', '💧', 'a', '?'];

let scheduling: SchedulingService;
let jobs: Job[];
let callers: Record<string, ApiUser>;

/** A small world in which some people are customers and providers, and many jobs are equally old. */
beforeAll(async () => {
  scheduling = await startScheduling({ MAX_OPEN_PER_PAIR: '1000' });
  const [ann, ben, cat] = await Promise.all([1, 2, 3].map(() => scheduling.user(['customer', 'provider'])));
  const dan = await scheduling.user('provider');
  if (!ann || !ben || !cat) throw new Error('Nobody is there.');
  const people = [ann, ben, cat, dan];
  const price = { amountMinor: 100, currency: 'EUR' };
  for (let made = 0; made < 60; made += 1) {
    const [customer, provider] = [people[made % 3] as ApiUser, people[Math.floor(made / 4) % 4] as ApiUser];
    const body = { title: titles[made % titles.length], timezone: 'UTC', price };
    const reference = made % 3 === 0 ? `Order ${made}?` : null;
    const { body: job } = await customer.post<Job>('/jobs', { ...body, reference, providerQueue: [randomUUID()] });
    if (made % 4 === 0 || provider.id === customer.id) continue;
    const { body: given } = await customer.post(`/jobs/${job.id}/assignments`, { providerId: provider.id });
    if (made % 4 === 1) await provider.post(`/assignments/${given.id}/reject`, { reason: 'Ill' });
    if (made % 4 === 2) await customer.post(`/jobs/${job.id}/cancel`, { reason: 'No' });
    if (made % 12 === 3) await customer.patch(`/jobs/${job.id}`, { title: `${body.title} again` });
  }
  // Equal times, and a status that the API reaches only with a visit.
  await scheduling.database.query(
    `update job set created_at = date_trunc('second', created_at), updated_at = date_trunc('second', updated_at)`,
  );
  await scheduling.database.query(
    `update job set status = 'DONE' where id in (select id from job where status = 'ASSIGNED' order by id limit 5)`,
  );
  callers = {
    ann,
    'ann as customer': await scheduling.user('customer', { id: ann.id }),
    'ann as provider': await scheduling.user('provider', { id: ann.id }),
    'ben in finance, too': await scheduling.user(['finance', 'customer'], { id: ben.id }),
    cat,
    dan,
    stranger: await scheduling.user(['customer', 'provider']),
    ops: await scheduling.user('ops'),
  };
  const { rows } = await scheduling.database.query<{ id: string }>('select id from job');
  const { ops } = callers as { ops: ApiUser };
  jobs = await Promise.all(rows.map(async ({ id }) => (await ops.get<Job>(`/jobs/${id}`)).body));
});
afterAll(() => scheduling.stop());

const ofText = (query: object) =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]])),
  );

async function readAll(caller: ApiUser, query: object): Promise<Job[]> {
  const items: Job[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { status, body }: { status: number; body: JobPage } = await caller.get(
      `/jobs?${ofText({ ...query, cursor })}`,
    );
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

type Wanted = {
  status?: JobStatus[] | undefined;
  q?: string | undefined;
  ids?: string[] | undefined;
  updatedSince?: string | undefined;
};

const contains = (text: string | null, q: string) => text?.toLowerCase().includes(q.toLowerCase());

function isWanted(job: Job, { status, q, ids, updatedSince }: Wanted): boolean {
  return (
    (status?.includes(job.status) ?? true) &&
    (q === undefined || [job.title, job.reference].some((text) => contains(text, q))) &&
    (ids?.includes(job.id) ?? true) &&
    (updatedSince === undefined || job.updatedAt >= updatedSince)
  );
}

function sorted(list: Job[], sort: (typeof sorts)[number]): Job[] {
  const key = sort.replace('-', '') as 'createdAt' | 'updatedAt';
  const ascending = list.toSorted((a, b) => (`${a[key]} ${a.id}` < `${b[key]} ${b.id}` ? -1 : 1));
  return sort.startsWith('-') ? ascending.reverse() : ascending;
}

test('a list has exactly the jobs that the caller may read one by one, as they read them', async () => {
  const seen: Record<string, number> = {};
  for (const [name, caller] of Object.entries(callers)) {
    const readable: Job[] = [];
    for (const { id } of jobs) {
      const { status, body } = await caller.get<Job>(`/jobs/${id}`);
      if (status === 200) readable.push(body);
    }
    expect(await readAll(caller, { limit: 7 }), name).toEqual(sorted(readable, '-createdAt'));
    seen[name] = readable.length;
  }
  expect(seen).toMatchObject({ stranger: 0, ops: 60 });
  expect(seen.ann).toBe((seen['ann as customer'] ?? 0) + (seen['ann as provider'] ?? 0));
  expect(Object.values(seen).filter((count) => count > 0 && count < 60)).toHaveLength(6);
});

test('any filters, sort and pages select the same as a filter of all', { timeout: 60_000 }, async () => {
  const absent = { nil: undefined };
  const someIds = fc.subarray(
    Array.from({ length: 60 }, (_, at) => at),
    { minLength: 1, maxLength: 60 },
  );
  const query = fc.record({
    caller: fc.constantFrom('ann', 'ben in finance, too', 'cat', 'dan', 'ops'),
    sort: fc.constantFrom(...sorts),
    limit: fc.integer({ min: 1, max: 100 }),
    status: fc.option(fc.subarray([...JobStatus.options], { minLength: 1 }), absent),
    q: fc.option(fc.constantFrom(...parts), absent),
    ids: fc.option(someIds, absent),
    since: fc.option(fc.integer({ min: 0, max: 59 }), absent),
  });
  await fc.assert(
    fc.asyncProperty(query, async ({ caller: name, sort, limit, status, q, ids, since }) => {
      const caller = callers[name] as ApiUser;
      const updatedSince = since === undefined ? undefined : jobs[since]?.updatedAt;
      const wanted: Wanted = { status, q, ids: ids?.map((at) => jobs[at]?.id ?? ''), updatedSince };
      const visible = new Set((await readAll(caller, { limit: 100 })).map(({ id }) => id));
      const expected = sorted(
        jobs.filter((job) => visible.has(job.id) && isWanted(job, wanted)),
        sort,
      );
      const found = await readAll(caller, { ...wanted, sort, limit });
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }),
    { numRuns: 150 },
  );
});

test('more matches than are sorted at once are still found in order', async () => {
  const [customer, other] = [await scheduling.user('customer'), randomUUID()];
  await scheduling.database.query(
    `insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
        provider_queue, created_at, updated_at)
      select gen_random_uuid(), case when n % 4 = 0 then $2::uuid else $1::uuid end, 'Job number ' || n, 'UTC', 1, 'EUR',
        (array['OPEN', 'DONE'])[n % 2 + 1], 'REOPEN_QUOTES', '{}', now() - n * interval '1 s', now() + n * interval '1 s'
        from generate_series(1, 4000) as n`,
    [customer.id, other],
  );
  const found = await readAll(customer, {
    q: 'JOB',
    limit: 100,
    status: 'OPEN,DONE',
    updatedSince: '2026-01-01T00:00:00Z',
  });
  const numbers = found.map(({ title }) => Number(title.split(' ').at(-1)));
  expect(numbers).toEqual(Array.from({ length: 4_000 }, (_, at) => at + 1).filter((number) => number % 4 !== 0));
});

test('a cursor belongs to its list, sort and filters', async () => {
  const { ops, dan } = callers as { ops: ApiUser; dan: ApiUser };
  const query = { limit: 1, status: 'OPEN,CANCELLED,DONE,ASSIGNED', q: 'a', updatedSince: '2026-01-01T00:00:00Z' };
  const { body } = await ops.get<JobPage>(`/jobs?${ofText(query)}`);
  const cursor = body.nextCursor ?? '';
  const same = {
    ...query,
    limit: 2,
    status: 'ASSIGNED,DONE,OPEN,CANCELLED,OPEN',
    updatedSince: '2026-01-01T01:00:00+01:00',
  };
  for (const caller of [ops, dan]) {
    expect((await caller.get<JobPage>(`/jobs?${ofText({ ...same, cursor })}`)).status).toBe(200);
  }
  const text = Buffer.from(cursor, 'base64url').toString();
  const forged = (change: string) => Buffer.from(change).toString('base64url');
  const [name, list, time, id] = text.split(' ');
  const wrong = [
    ...[{ sort: 'createdAt' }, { sort: '-updatedAt' }, { status: 'OPEN' }, { q: 'b' }, { updatedSince: undefined }].map(
      (more) => ({ ...query, cursor, ...more }),
    ),
    ...[
      `${cursor}=`,
      `${cursor}!`,
      cursor.slice(0, -1),
      'x',
      forged(`assignments ${list} ${time} ${id}`),
      forged(`${name} ${list} ${time} ${id} ${id}`),
      forged(`${name} ${list} ${time} ' or true`),
      forged(`${name} ${list} 0000-01-01T00:00:00.000Z ${id}`),
      forged(`${name} ${list} 2026-02-30T00:00:00.000Z ${id}`),
      forged(`${name} ${list} infinity ${id}`),
      'x'.repeat(501),
      '',
    ].map((bad) => ({ ...query, cursor: bad })),
  ];
  for (const each of wrong) {
    const reply = await ops.get(`/jobs?${ofText(each)}`);
    const refusal = { status: 400, code: 'validation-failed', errors: [{ path: '/cursor' }] };
    expect(problemOf(reply), JSON.stringify(each)).toMatchObject(refusal);
  }
  // Anybody can write one for a place that nobody was at: it shows only what is theirs.
  const elsewhere = forged(`${name} ${list} 9999-12-31T23:59:59.999Z ${randomUUID()}`);
  const { body: seen } = await dan.get<JobPage>(`/jobs?${ofText({ ...query, limit: 100, cursor: elsewhere })}`);
  expect(seen.items.map(({ id }) => id)).toEqual((await readAll(dan, { q: 'a' })).map(({ id }) => id));
});

test.each([
  ['/status', 'status='],
  ['/status', 'status=open'],
  ['/status', 'status=OPEN,'],
  ['/status', 'status=OPEN&status=DONE'],
  ['/sort', 'sort=start'],
  ['/sort', 'sort='],
  ['/q', 'q='],
  ['/q', 'q=%20'],
  ['/q', `q=${'x'.repeat(201)}`],
  ['/q', 'q=a&q=b'],
  ['/q', 'q=%00'],
  ['/ids', 'ids=1'],
  ['/ids', `ids=${Array.from({ length: 101 }, () => randomUUID()).join(',')}`],
  ['/updatedSince', 'updatedSince=yesterday'],
  ['/updatedSince', 'updatedSince=2026-12-01T10:00:00'],
  ['/limit', 'limit=101'],
  ['/customerId', 'customerId=x'],
])('the list is refused at %s', async (path, query) => {
  const { ops } = callers as { ops: ApiUser };
  const refusal = problemOf(await ops.get(`/jobs?${query}`));
  expect(refusal).toMatchObject({ status: 400, code: 'validation-failed' });
  expect(refusal.errors?.[0]?.path).toMatch(new RegExp(`^${path}(/\\d+)?$`));
});

test('ids may be a hundred, in any case, and repeated', async () => {
  const { ops } = callers as { ops: ApiUser };
  const ids = Array.from({ length: 100 }, (_, at) => jobs[at % 10]?.id.toUpperCase());
  expect((await ops.get<JobPage>(`/jobs?ids=${ids}`)).body.items).toHaveLength(10);
});

test('the list is for customers, providers and ops', async () => {
  const finance = await scheduling.user('finance');
  expect(problemOf(await finance.get('/jobs'))).toMatchObject({ status: 403, code: 'forbidden' });
});

test('a provider whom the previous release invited finds the job', async () => {
  const { job, provider } = await scheduling.giveJob();
  const [next, invited] = [await scheduling.user('provider'), randomUUID()];
  const run = (text: string, ...values: string[]) => scheduling.database.query(text, values);
  await run(`update assignment set status = 'DECLINED' where job_id = $1`, job.id);
  await run('update job set current_assignment_id = $2, updated_at = now() where id = $1', job.id, invited);
  await run(
    `insert into assignment (id, job_id, customer_id, provider_id, status, timezone, schedule_version, reminder_status,
        price_amount_minor, price_currency, created_at, updated_at)
      select $2, id, customer_id, $3, 'UNSCHEDULED', timezone, 0, 'NONE', 1, 'EUR', now(), now() from job where id = $1`,
    job.id,
    invited,
    next.id,
  );
  expect((await readAll(next, {})).map(({ id }) => id)).toEqual([job.id]);
  expect(await readAll(provider, {})).toEqual([]);
  await run(`update job set status = 'OPEN', current_assignment_id = null where id = $1`, job.id);
  expect(await readAll(next, {})).toEqual([]);
});
