import { randomUUID } from 'node:crypto';
import { type Assignment, AssignmentPage, type FreeWindows } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const actionsOf = ({ actions }: Assignment) =>
  Object.fromEntries(actions.map(({ name, allowed, because }) => [name, allowed || because]));

test('actions differ by caller', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const [ops, finance] = [await scheduling.user('ops'), await scheduling.user('finance')];
  const { body: asProposer } = await customer.post(`/jobs/${job.id}/schedule`, windowIn(600));
  expect(asProposer.actions.map(({ name }) => name)).toEqual([
    'propose',
    'confirm',
    'reject',
    'cancel',
    'complete',
    'dispute',
  ]);
  expect(asProposer.actions[0]?.href).toBe(`/jobs/${job.id}/schedule`);
  expect(actionsOf(asProposer)).toMatchObject({ propose: true, confirm: 'own-proposal', reject: true, cancel: true });

  const at = `/assignments/${assignment.id}`;
  const asProvider = (await provider.get(at)).body;
  expect(asProvider.actions[1]).toEqual({
    name: 'confirm',
    allowed: true,
    href: `${at}/schedule/confirm`,
    method: 'POST',
    until: asProposer.proposalExpiresAt,
  });
  expect(actionsOf(asProvider)).toEqual({
    propose: true,
    confirm: true,
    reject: true,
    cancel: 'forbidden',
    complete: 'invalid-transition',
    dispute: 'invalid-transition',
  });
  expect(actionsOf((await ops.get(at)).body)).toMatchObject({ propose: true, confirm: 'forbidden', cancel: true });
  expect(new Set(Object.values(actionsOf((await finance.get(at)).body)))).toEqual(new Set(['forbidden']));
});

test('local times are read in the zone of the body or the assignment, and returned with an offset', async () => {
  const { assignment, job, customer } = await scheduling.giveJob({ job: { timezone: 'Asia/Kolkata' } });
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const local = { start: `${day}T10:00`, end: `${day}T11:30:00.123999` };
  const own = await customer.post(`/jobs/${job.id}/schedule`, local);
  expect(own.body).toMatchObject({
    scheduledStart: `${day}T04:30:00.000Z`,
    scheduledEnd: `${day}T06:00:00.123Z`,
    localStart: `${day}T10:00:00+05:30`,
    localEnd: `${day}T11:30:00.123+05:30`,
  });
  const elsewhere = await customer.post(`/jobs/${job.id}/schedule`, { ...local, timezone: 'UTC' });
  expect(elsewhere.body).toMatchObject({
    scheduledStart: `${day}T10:00:00.000Z`,
    localStart: `${day}T15:30:00+05:30`,
    timezone: 'Asia/Kolkata',
  });
  const nowhere = await customer.post(`/jobs/${job.id}/schedule`, { ...local, timezone: 'Nowhere/At_All' });
  expect(problemOf(nowhere)).toMatchObject({ status: 422, code: 'unknown-timezone' });
  expect((await customer.get(`/assignments/${assignment.id}`)).body.scheduleVersion).toBe(2);
});

test('a list has the pages of own assignments, and of all for ops', async () => {
  const providerId = randomUUID();
  const casts = [];
  for (let index = 0; index < 5; index += 1) casts.push(await scheduling.giveJob({ providerId }));
  const { provider, customer, job } = casts[2] ?? (await scheduling.giveJob());
  const window = windowIn(24 * 60);
  await customer.post(`/jobs/${job.id}/schedule`, window);

  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const reply = await provider.get(`/assignments?limit=2${cursor && `&cursor=${cursor}`}`);
    const page: AssignmentPage = AssignmentPage.parse(reply.body);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(ids).toEqual(casts.map(({ assignment }) => assignment.id).reverse());

  const count = async (who: typeof provider, query: string) =>
    (await who.get<AssignmentPage>(`/assignments?${query}`)).body.items.length;
  expect(await count(provider, 'status=PROPOSED')).toBe(1);
  expect(await count(provider, 'status=CANCELLED')).toBe(0);
  expect(await count(provider, `from=${window.start}`)).toBe(1);
  expect(await count(provider, `to=${window.start}`)).toBe(0);
  expect(await count(customer, '')).toBe(1);
  expect(await count(await scheduling.user('ops'), 'limit=100')).toBeGreaterThanOrEqual(5);
  expect(problemOf(await (await scheduling.user('finance')).get('/assignments')).code).toBe('forbidden');
  expect(problemOf(await provider.get('/assignments?cursor=!!')).code).toBe('validation-failed');
});

test.each([
  ['0000-01-01T00:00:00Z', 400],
  ['0001-01-01T00:00:00Z', 200],
  ['0001-01-01T00:00:00+23:59', 400],
  ['9999-12-31T23:59:59.99999999999999999999Z', 200],
  ['9999-12-31T23:59:59-12:00', 400],
  ['+275760-09-13T00:00:00Z', 400],
])('a list and free windows may be asked for from %s: %i', async (date, status) => {
  const ops = await scheduling.user('ops');
  for (const path of ['/assignments', `/providers/${randomUUID()}/free-windows`]) {
    for (const name of ['from', 'to']) {
      expect((await ops.get(`${path}?${new URLSearchParams({ [name]: date })}`)).status).toBe(status);
    }
  }
});

test('free windows leave out confirmed windows and end at the horizon', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const booked = windowIn(10 * 24 * 60, 120);
  await customer.post(`/jobs/${job.id}/schedule`, booked);
  const around = { from: windowIn(9 * 24 * 60).start, to: windowIn(11 * 24 * 60).start };
  const free = async (query: Record<string, string>) =>
    (await provider.get<FreeWindows>(`/providers/${provider.id}/free-windows?${new URLSearchParams(query)}`)).body
      .items;
  expect(await free(around)).toEqual([{ start: around.from, end: around.to }]);
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`);
  expect(await free(around)).toEqual([
    { start: around.from, end: booked.start },
    { start: booked.end, end: around.to },
  ]);
  expect(await free({ ...around, minutes: String(23 * 60) })).toEqual([{ start: around.from, end: booked.start }]);

  const [whole] = await free({});
  expect(Date.parse(whole?.end ?? '') - Date.parse(whole?.start ?? '')).toBe(7 * 86_400_000);
  const [clipped] = await free({ from: windowIn(59 * 24 * 60).start, to: windowIn(90 * 24 * 60).start });
  expect(Date.parse(clipped?.end ?? '')).toBeLessThanOrEqual(Date.now() + 60 * 86_400_000);
  expect(await free({ from: around.to, to: around.from })).toEqual([]);
});

test('free windows are exact for the provider and ops, in quarter-hours for others, and need a role', async () => {
  const { assignment, job, customer, provider } = await scheduling.giveJob();
  const day = Date.parse(windowIn(10 * 24 * 60).start.slice(0, 10));
  const moment = (minutes: number) => new Date(day + minutes * 60_000).toISOString();
  const booked = { start: moment(607), end: moment(653) };
  await customer.post(`/jobs/${job.id}/schedule`, booked);
  await provider.post(`/assignments/${assignment.id}/schedule/confirm`);
  const path = `/providers/${provider.id}/free-windows`;
  const free = async (who: ApiUser, minutes: number, [from, to] = [541, 719]) => {
    const query = new URLSearchParams({ minutes: String(minutes), from: moment(from), to: moment(to) });
    return (await who.get<FreeWindows>(`${path}?${query}`)).body.items;
  };
  const exact = [
    { start: moment(541), end: booked.start },
    { start: booked.end, end: moment(719) },
  ];
  const rounded = [
    { start: moment(555), end: moment(600) },
    { start: moment(660), end: moment(705) },
  ];
  const ops = await scheduling.user('ops');
  for (const who of [provider, ops]) expect(await free(who, 1)).toEqual(exact);
  const sameId = await scheduling.user('customer', { id: provider.id });
  for (const who of [customer, sameId, await scheduling.user('provider')]) expect(await free(who, 1)).toEqual(rounded);

  // Rounding comes first, then the length: 66 exact minutes are 45 for others.
  expect(await free(provider, 46)).toEqual(exact);
  expect(await free(customer, 45)).toEqual(rounded);
  expect(await free(customer, 46)).toEqual([]);
  // Shorter than any quarter-hour: nothing is left.
  expect(await free(customer, 1, [541, 554])).toEqual([]);

  for (const roles of [[], ['finance']] as const) {
    const refused = await (await scheduling.user(roles)).get(path);
    expect(problemOf(refused)).toMatchObject({ status: 403, code: 'forbidden' });
  }

  const taken = await scheduling.giveJob({ providerId: provider.id });
  const problem = problemOf(await taken.customer.post(`/jobs/${taken.job.id}/schedule`, booked));
  expect(problem).toMatchObject({ code: 'window-taken', conflict: booked });
  expect(problem.freeWindows?.map(({ start }) => start)).toContain(booked.end);
});
