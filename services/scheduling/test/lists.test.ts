import { randomUUID } from 'node:crypto';
import { type AssignmentPage, AssignmentSort, AssignmentStatus, type Job, type Role } from '@punctual/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, problemOf, type SchedulingService, startScheduling } from './scheduling-service.ts';
import { type People, type SeededAssignment, seedAssignments } from './seed-assignments.ts';

let scheduling: SchedulingService;
let all: SeededAssignment[];
const people: People = { customers: ids(3), providers: ids(3) };
// Also a customer of one job and the provider of another.
const both = people.customers[0] ?? '';
const callers: { id: string; roles: Role[]; user: ApiUser }[] = [];

beforeAll(async () => {
  scheduling = await startScheduling();
  // More than are sorted.
  const many = await seedAssignments(scheduling.database, people, 6_000);
  const asProvider = { customers: people.customers.slice(1), providers: [both] };
  all = [...many, ...(await seedAssignments(scheduling.database, asProvider, 30))];
  await scheduling.database.query('vacuum analyze assignment');
  const cast: [string, Role[]][] = [
    [people.customers[1] ?? '', ['customer']],
    [people.providers[0] ?? '', ['provider']],
    [people.providers[1] ?? '', ['provider', 'finance']],
    [both, ['customer', 'provider']],
    [both, ['provider']],
    [randomUUID(), ['customer', 'provider']],
    [randomUUID(), ['ops']],
  ];
  for (const [id, roles] of cast) callers.push({ id, roles, user: await scheduling.user(roles, { id }) });
});
afterAll(() => scheduling.stop());

type Query = {
  status?: string;
  from?: string;
  to?: string;
  jobId?: string;
  customerId?: string;
  providerId?: string;
  ids?: string;
  updatedSince?: string;
  sort?: AssignmentSort;
};

test('a list has what single reads show and its filters select, in its order, on any pages', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(queries(), fc.nat(), fc.integer({ min: 1, max: 100 }), async (query, who, limit) => {
      const caller = callers[who % callers.length];
      if (!caller) throw new Error('Nobody');
      const expected = all.filter((each) => isShown(caller, each) && isSelected(query, each)).toSorted(by(query.sort));
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page: AssignmentPage = await pageOf(caller.user, query, { limit, cursor });
        found.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null && found.length < 3 * limit);
      expect(found).toEqual(expected.slice(0, found.length).map(({ id }) => id));
      if (cursor === null) expect(found).toHaveLength(expected.length);
      for (const id of found.slice(0, 3)) expect((await caller.user.get(`/assignments/${id}`)).status).toBe(200);
    }),
    { numRuns: 250 },
  );
});

test('pages by start go on behind the windows, in both directions', { timeout: 60_000 }, async () => {
  const ops = callers.at(-1)?.user ?? (await scheduling.user('ops'));
  const customerId = people.customers[2] ?? '';
  for (const sort of ['start', '-start'] as const) {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: AssignmentPage = await pageOf(ops, { sort, customerId }, { limit: 97, cursor });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const own = all.filter((each) => each.customerId === customerId).toSorted(by(sort));
    expect(found).toEqual(own.map(({ id }) => id));
    expect(own.at(-1)?.scheduledStart).toBeNull();
  }
});

test('a cursor belongs to its filters and its order', async () => {
  const ops = callers.at(-1)?.user ?? (await scheduling.user('ops'));
  const list = { status: 'CONFIRMED,PROPOSED', sort: 'start' } as const;
  const { nextCursor: cursor } = await pageOf(ops, list, { limit: 2, cursor: null });
  const at = (query: object) => ops.get(`/assignments?${new URLSearchParams({ ...query, cursor: cursor ?? '' })}`);
  expect((await at(list)).status).toBe(200);
  expect((await at({ ...list, limit: '7' })).status).toBe(200);
  expect((await at({ ...list, status: 'PROPOSED,CONFIRMED,PROPOSED' })).status).toBe(200);
  for (const other of [
    { ...list, sort: '-start' },
    { ...list, status: 'CONFIRMED' },
    { ...list, customerId: both },
    { sort: 'start' },
    {},
  ]) {
    expect(problemOf(await at(other))).toMatchObject({ status: 400, code: 'validation-failed' });
  }
  const [name, digest] = Buffer.from(cursor ?? '', 'base64url')
    .toString()
    .split(' ');
  const forged = [
    '0000-01-01T00:00:00.000Z x',
    '2026-13-01T00:00:00.000Z x',
    `none none ${both} x`,
    'none none',
    "' ' '",
    '',
  ];
  for (const place of forged) {
    const wrong = Buffer.from(`${name} ${digest} ${place}`).toString('base64url');
    expect((await ops.get(`/assignments?${new URLSearchParams({ ...list, cursor: wrong })}`)).status).toBe(400);
  }
});

test('a cursor of 1.0 goes on in the order that 1.0 had, and in no other', async () => {
  const { customer, job, assignment: first } = await scheduling.giveJob();
  const given = [first];
  while (given.length < 3) {
    const { title, timezone, price } = job;
    const { body } = await customer.post<Job>('/jobs', { title, timezone, price });
    given.push((await customer.post(`/jobs/${body.id}/assignments`, { providerId: randomUUID() })).body);
  }
  const after = (id: string, more = '') => {
    const cursor = Buffer.from(`assignments ${id}`).toString('base64url');
    return customer.get<AssignmentPage>(`/assignments?limit=1&cursor=${cursor}${more}`);
  };
  const { body } = await after(given[2]?.id ?? '');
  expect(body.items.map(({ id }) => id)).toEqual([given[1]?.id]);
  const { body: last } = await customer.get<AssignmentPage>(`/assignments?limit=1&cursor=${body.nextCursor}`);
  expect(last).toMatchObject({ items: [{ id: first.id }], nextCursor: null });
  expect((await after(first.id, '&sort=createdAt')).status).toBe(400);
  // Later than any year of four digits.
  expect((await after('ffffffff-ffff-7fff-8fff-ffffffffffff')).status).toBe(400);
});

test('a visit that has begun is on the list of today', async () => {
  const { customer, job } = await scheduling.giveJob();
  const soon = Date.now() + 1_000;
  const window = { start: new Date(soon).toISOString(), end: new Date(soon + 3_600_000).toISOString() };
  await customer.post(`/jobs/${job.id}/schedule`, window);
  const count = async (from: number, to: number) =>
    (
      await pageOf(
        customer,
        { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
        { limit: 9, cursor: null },
      )
    ).items.length;
  expect(await count(soon + 60_000, soon + 120_000)).toBe(1);
  expect(await count(soon - 60_000, soon)).toBe(0);
  expect(await count(soon + 3_600_000, soon + 7_200_000)).toBe(0);
  expect(await count(soon - 60_000, soon + 7_200_000)).toBe(1);
  expect(await count(soon + 60_000, soon + 60_000)).toBe(0);
  expect(await count(soon + 120_000, soon + 60_000)).toBe(0);
});

function ids(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

function queries(): fc.Arbitrary<Query> {
  const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 });
  const one = fc.nat().map((index) => all[index % all.length] as SeededAssignment);
  const day = fc
    .oneof(fc.integer({ min: -10, max: 600 }), fc.integer({ min: 20, max: 40 }))
    .map((days) => new Date(Date.parse('2026-06-01T01:00:00Z') + days * 43_200_000).toISOString());
  return fc
    .record({
      status: maybe(fc.subarray([...AssignmentStatus.options], { minLength: 1 }).map(String)),
      from: maybe(day),
      to: maybe(day),
      jobId: fc.option(
        one.map(({ jobId }) => jobId),
        { nil: undefined, freq: 9 },
      ),
      customerId: maybe(fc.constantFrom(...people.customers, ...people.providers)),
      providerId: maybe(fc.constantFrom(...people.providers, both)),
      ids: fc.option(
        fc.array(one, { minLength: 1, maxLength: 100 }).map((some) => some.map(({ id }) => id).join()),
        {
          nil: undefined,
          freq: 5,
        },
      ),
      updatedSince: maybe(one.map(({ updatedAt }) => updatedAt)),
      sort: maybe(fc.constantFrom(...AssignmentSort.options)),
    })
    .map((query) => JSON.parse(JSON.stringify(query)));
}

async function pageOf(user: ApiUser, query: Query, { limit, cursor }: { limit: number; cursor: string | null }) {
  const sent = new URLSearchParams({ ...query, limit: String(limit), ...(cursor !== null && { cursor }) });
  const { status, body } = await user.get<AssignmentPage>(`/assignments?${sent}`);
  expect(status).toBe(200);
  return body;
}

function isShown({ id, roles }: { id: string; roles: Role[] }, { customerId, providerId }: SeededAssignment): boolean {
  if (roles.includes('ops')) return true;
  return (roles.includes('customer') && customerId === id) || (roles.includes('provider') && providerId === id);
}

function isSelected({ sort: _sort, ...query }: Query, each: SeededAssignment): boolean {
  const { from, to } = query;
  if (from !== undefined && to !== undefined && from >= to) return false;
  return (
    (query.status?.split(',').includes(each.status) ?? true) &&
    (query.ids?.split(',').includes(each.id) ?? true) &&
    (query.jobId ?? each.jobId) === each.jobId &&
    (query.customerId ?? each.customerId) === each.customerId &&
    (query.providerId ?? each.providerId) === each.providerId &&
    each.updatedAt >= (query.updatedSince ?? '') &&
    (from === undefined || (each.scheduledEnd ?? '') > from) &&
    (to === undefined || (each.scheduledStart ?? '~') < to)
  );
}

function by(sort: AssignmentSort = '-createdAt') {
  const sign = sort.startsWith('-') ? -1 : 1;
  const keyOf = (each: SeededAssignment) => {
    switch (sort.replace('-', '')) {
      case 'createdAt':
        return [each.createdAt, each.id];
      case 'updatedAt':
        return [each.updatedAt, each.id];
      default:
        return [each.scheduledStart, each.scheduledEnd, each.id];
    }
  };
  return (one: SeededAssignment, other: SeededAssignment): number => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if ((a[0] === null) !== (b[0] === null)) return a[0] === null ? 1 : -1;
    return String(a) < String(b) ? -sign : sign;
  };
}
