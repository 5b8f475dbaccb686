import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { Payout, PayoutPage, PayoutStatus, PayoutSummary, Role } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PayoutsService, startPayouts } from './world.ts';

// Lists and sums on one set of payouts: of three providers, in two currencies, of every status.

const statuses: PayoutStatus[] = ['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED'];
const providers = [randomUUID(), randomUUID(), randomUUID()] as const;
const [clerk, opa, customer, stranger] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const rows = 120;

let world: PayoutsService;
let all: Payout[];

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
  await seed();
  all = await walk('finance', clerk, 'limit=100');
  expect(all).toHaveLength(rows);
}, 60_000);

afterAll(() => world?.stop());

/** Opened by events long ago, and moved since. */
async function seed(): Promise<void> {
  const payouts = Array.from({ length: rows }, (_, n) => ({
    id: randomUUIDv7(),
    status: statuses[n % 5] ?? 'PENDING',
    provider: providers[n % 3] ?? '',
    currency: n % 7 === 0 ? 'CHF' : 'EUR',
    amount: 1_000 + n,
    // Several of the same moment.
    created: new Date(Date.UTC(2026, 9, 1, Math.floor(n / 4))).toISOString(),
    moved: new Date(Date.UTC(2026, 10, 1, (n * 37) % rows)).toISOString(),
  }));
  for (const { id, status, provider, currency, amount, created, moved } of payouts) {
    const values = [id, provider, customer, currency, amount, created];
    await world.database.query(
      "insert into assignment_view (assignment_id, version, status) values ($1, 3, 'COMPLETED')",
      [id],
    );
    await world.database.query(
      `insert into payout (id, assignment_id, job_id, provider_id, customer_id, currency, amount_minor, status, on_hold,
          version, approvals, approvals_needed, dispute_settled, created_at, updated_at)
        values ($1, $1, $1, $2, $3, $4, $5, 'PENDING', false, 1, '[]', 1, false, $6, $6)`,
      values,
    );
    if (status === 'PENDING') continue;
    const approvals = ['APPROVED', 'PAID'].includes(status) ? [{ by: clerk, at: moved }] : [];
    const steps =
      status === 'PAID'
        ? ['AWAITING_APPROVAL', 'APPROVED', 'PAID']
        : status === 'APPROVED'
          ? ['AWAITING_APPROVAL', 'APPROVED']
          : [status];
    for (const step of steps) {
      await world.database.query(
        `update payout set status = $2, version = version + 1, updated_at = $3, approvals = $4,
            blocked_because = case when $2 = 'BLOCKED' then 'Stopped' end, paid_at = case when $2 = 'PAID' then $3::timestamptz end
          where id = $1`,
        [id, step, moved, JSON.stringify(approvals)],
      );
    }
  }
}

const get = (role: Role, sub: string, query: string) => world.call(role, sub, `GET /payouts?${query}`);

async function walk(role: Role, sub: string, query: string): Promise<Payout[]> {
  const seen: Payout[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await get(role, sub, `${query}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    const page = body as PayoutPage;
    seen.push(...page.items);
    cursor = page.nextCursor;
  }
  return seen;
}

const ids = (payouts: readonly Payout[]) => payouts.map(({ id }) => id);
const newestFirst = (one: Payout, other: Payout) =>
  `${one.createdAt} ${one.id}` < `${other.createdAt} ${other.id}` ? 1 : -1;
const oldestFirst = (one: Payout, other: Payout) => newestFirst(other, one);
const longestWaitFirst = (one: Payout, other: Payout) => {
  const [waits, alsoWaits] = [one, other].map(({ status }) => status === 'AWAITING_APPROVAL');
  if (waits !== alsoWaits) return waits ? -1 : 1;
  if (!waits) return newestFirst(one, other);
  return `${one.updatedAt} ${one.id}` < `${other.updatedAt} ${other.id}` ? -1 : 1;
};
const orders = { '-createdAt': newestFirst, createdAt: oldestFirst, waitingSince: longestWaitFirst };
const sorts = Object.keys(orders) as (keyof typeof orders)[];

test('every order, status, provider and page size lists exactly the matching payouts, each once', async () => {
  const query = fc.record({
    sort: fc.constantFrom(undefined, ...sorts),
    status: fc.subarray(statuses),
    provider: fc.constantFrom(undefined, ...providers),
    limit: fc.constantFrom(7, 20, 100),
  });
  for (const { sort, status, provider, limit } of fc.sample(query, { numRuns: 40, seed: 11 })) {
    const parameters = new URLSearchParams({
      ...(sort && { sort }),
      ...(status.length > 0 && { status: status.join(',') }),
      ...(provider && { providerId: provider }),
      limit: String(limit),
    });
    const expected = all
      .filter((each) => status.length === 0 || status.includes(each.status))
      .filter((each) => !provider || each.providerId === provider)
      .toSorted(orders[sort ?? '-createdAt']);
    expect(ids(await walk('ops', opa, String(parameters))), String(parameters)).toEqual(ids(expected));
  }
});

test('a list is found by the time of payment and by assignment', async () => {
  const paid = all.filter(({ paidAt }) => paidAt !== null);
  const [from = '', to = ''] = [paid[3]?.paidAt ?? '', paid[9]?.paidAt ?? ''].toSorted();
  const within = paid.filter(({ paidAt }) => paidAt && paidAt >= from && paidAt < to);
  for (const sort of sorts) {
    const found = await walk('finance', clerk, `from=${from}&to=${to}&sort=${sort}`);
    expect(ids(found)).toEqual(ids(within.toSorted(orders[sort])));
  }
  const [one] = all;
  expect(ids(await walk('finance', clerk, `assignmentId=${one?.assignmentId}`))).toEqual([one?.id]);
  expect(await walk('finance', clerk, `assignmentId=${randomUUID()}`)).toEqual([]);
});

type Caller = { name: string; role: Role; sub: string };
const callers: Caller[] = [
  ...providers.map((sub, n): Caller => ({ name: `provider ${n + 1}`, role: 'provider', sub })),
  { name: 'a provider without payouts', role: 'provider', sub: stranger },
  { name: 'the customer', role: 'customer', sub: customer },
  { name: 'finance', role: 'finance', sub: clerk },
  { name: 'ops', role: 'ops', sub: opa },
];

test.each(callers)(
  'lists and sums of $name have what single reads show them, and nothing else',
  async ({ role, sub }) => {
    const visible: Payout[] = [];
    for (const { id } of all) {
      const { status, body } = await world.call(role, sub, `GET /payouts/${id}`);
      if (status === 200) visible.push(body as Payout);
      else expect(status).toBe(404);
    }
    const summary = await world.call(role, sub, 'GET /payouts/summary');
    if (role === 'customer') {
      expect(visible).toEqual([]);
      for (const refused of [await get(role, sub, ''), await get(role, sub, `assignmentId=${all[0]?.id}`), summary])
        expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      return;
    }
    for (const sort of sorts) {
      const listed = await walk(role, sub, `sort=${sort}`);
      expect(listed).toEqual(visible.toSorted(orders[sort]));
    }
    expect(summary.body).toEqual({ items: sumOf(visible) });
    for (const providerId of [...providers, stranger]) {
      const own = visible.filter((each) => each.providerId === providerId);
      const list = await get(role, sub, `providerId=${providerId}&limit=100`);
      const sum = await world.call(role, sub, `GET /payouts/summary?providerId=${providerId}`);
      if (role === 'provider' && providerId !== sub) {
        for (const refused of [list, sum]) expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      } else {
        expect((list.body as PayoutPage).items).toEqual(own.toSorted(newestFirst));
        expect(sum.body).toEqual({ items: sumOf(own) });
      }
    }
    // Whose cursor it is does not matter: it is only a place in the list.
    const { body } = await get('ops', opa, 'limit=40');
    const cursor = (body as PayoutPage).nextCursor;
    const rest = await walk(role, sub, `limit=100&cursor=${cursor}`);
    expect(ids(rest).every((id) => visible.some((each) => each.id === id))).toBe(true);
  },
);

function sumOf(payouts: readonly Payout[]): PayoutSummary['items'] {
  const groups = Map.groupBy(payouts, ({ amount, status }) => `${amount.currency} ${statuses.indexOf(status)}`);
  return [...groups.keys()].toSorted().map((key) => {
    const group = groups.get(key) ?? [];
    const [currency = '', at] = key.split(' ');
    const amountMinor = group.reduce((sum, { amount }) => sum + amount.amountMinor, 0);
    return { currency, status: statuses[Number(at)] ?? 'PENDING', count: group.length, amountMinor };
  });
}

test('a caller with several roles sees what the widest of them does', async () => {
  const token = await world.environment.token(['provider', 'customer'], providers[0]);
  const url = world.services[0]?.url;
  const answer = await fetch(`${url}/payouts?limit=100`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = (await answer.json()) as PayoutPage;
  expect(ids(items)).toEqual(ids(all.filter(({ providerId }) => providerId === providers[0]).toSorted(newestFirst)));
});

test('a provider exports their own payouts as CSV', async () => {
  const token = await world.environment.token('provider', providers[0]);
  const headers = { authorization: `Bearer ${token}`, accept: 'text/csv' };
  const answer = await fetch(`${world.services[0]?.url}/payouts?sort=createdAt&status=PAID,BLOCKED`, { headers });
  const lines = (await answer.text()).trim().split(/\r?\n/).slice(1);
  const own = all.filter(
    ({ providerId, status }) => providerId === providers[0] && ['PAID', 'BLOCKED'].includes(status),
  );
  expect(lines.map((line) => line.split(',')[0])).toEqual(ids(own.toSorted(oldestFirst)));
});

test('a cursor of another order, another list or of nobody is refused', async () => {
  const cursors = new Map<string, string>();
  for (const sort of sorts) {
    const { body } = await get('finance', clerk, `sort=${sort}&limit=10`);
    cursors.set(sort, (body as PayoutPage).nextCursor ?? '');
  }
  const { body } = await get('finance', clerk, 'sort=waitingSince&limit=100');
  const ofOthers = (body as PayoutPage).nextCursor ?? '';
  const made = (text: string) => Buffer.from(text).toString('base64url');
  const id = all[0]?.id;
  const forged = [
    ...[
      '!!',
      made('payouts'),
      made('jobs 2026-12-01T09:00:00.000Z'),
      made(`payouts 2026-12-01T09:00:00.000Z ${id} more`),
    ],
    ...[
      made(`payouts 0000-01-01T00:00:00.000Z ${id}`),
      made(`payouts infinity ${id}`),
      made(`payouts/all 2026-12-01T09:00:00.000Z ${id}`),
    ],
    made(`payouts/waitingSince/waiting infinity ${id}`),
  ];
  for (const sort of sorts) {
    const foreign = [...cursors].filter(([own]) => own !== sort).map(([, cursor]) => cursor);
    for (const cursor of [...forged, ...foreign, ...(sort === 'waitingSince' ? [] : [ofOthers])]) {
      const refused = await get('finance', clerk, `sort=${sort}&cursor=${cursor}`);
      expect(refused, `${sort} ${cursor}`).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
    }
  }
  // What 1.0 writes and reads.
  const last = all.toSorted(newestFirst)[9];
  const { body: page } = await get('finance', clerk, `cursor=${made(`payouts ${last?.createdAt} ${last?.id}`)}`);
  expect((page as PayoutPage).items[0]?.id).toBe(all.toSorted(newestFirst)[10]?.id);
});

test.each([
  ['status=', '/status'],
  ['status=PAID,', '/status'],
  ['status=PAID,paid', '/status'],
  ['sort=-waitingSince', '/sort'],
  ['sort=', '/sort'],
  ['providerId=me', '/providerId'],
  ['assignmentId=', '/assignmentId'],
  ['updatedSince=2026-12-01T09:00:00.000Z', '/updatedSince'],
])('GET /payouts?%s is refused at %s', async (query, path) => {
  const { status, body } = await get('finance', clerk, query);
  expect([status, body.code]).toEqual([400, 'validation-failed']);
  const errors = body.errors as { path: string }[];
  expect(errors[0]?.path.startsWith(path)).toBe(true);
});

test('sums follow each change, before and after they are added up, in every instance', async () => {
  const provider = randomUUID();
  const summary = async () => (await world.call('provider', provider, 'GET /payouts/summary')).body;
  expect(await summary()).toEqual({ items: [] });
  const big = 9_007_199_254_740_991;
  for (const amount of [big, 3_000_000_000]) {
    const id = randomUUIDv7();
    await world.database.query(
      "insert into assignment_view (assignment_id, version, status) values ($1, 3, 'COMPLETED')",
      [id],
    );
    await world.database.query(
      `insert into payout (id, assignment_id, job_id, provider_id, customer_id, currency, amount_minor, status, on_hold,
          version, approvals, approvals_needed, dispute_settled, created_at, updated_at)
        values ($1, $1, $1, $2, $3, 'EUR', $4, 'AWAITING_APPROVAL', false, 1, '[]', 1, false, now(), now())`,
      [id, provider, customer, amount],
    );
    if (amount !== big) await world.call('finance', clerk, `POST /payouts/${id}/approve`);
  }
  const expected = [
    { currency: 'EUR', status: 'AWAITING_APPROVAL', count: 1, amountMinor: big },
    { currency: 'EUR', status: 'APPROVED', count: 1, amountMinor: 3_000_000_000 },
  ];
  expect(await summary()).toEqual({ items: expected });
  await eventually(async () => {
    const { rows: left } = await world.database.query('select from payout_sum_change');
    expect(left).toEqual([]);
  });
  expect(await summary()).toEqual({ items: expected });
  const { rows: kept } = await world.database.query(
    `select s.count = p.count and s.amount_minor = p.amount as same
      from payout_sum s full join (
        select provider_id, currency, status, count(*), sum(amount_minor) as amount from payout
          group by grouping sets ((provider_id, currency, status), (currency, status))) p
        on s.provider_id is not distinct from p.provider_id and s.currency = p.currency and s.status = p.status
      where s.count is null or s.count > 0`,
  );
  expect(kept.length).toBeGreaterThan(20);
  expect(kept.every(({ same }) => same)).toBe(true);
});

test('a sum beyond the safe integers is exact', async () => {
  const provider = randomUUID();
  for (const count of [1, 2]) {
    await world.database.query(
      `insert into payout_sum_change (provider_id, currency, status, count, amount_minor) values ($1, 'JPY', 'PAID', $2, 9007199254740991)`,
      [provider, count],
    );
  }
  const token = await world.environment.token('ops', opa);
  const url = `${world.services[0]?.url}/payouts/summary?providerId=${provider}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.text()).toBe(
    '{"items":[{"currency":"JPY","status":"PAID","count":3,"amountMinor":18014398509481982}]}',
  );
});
