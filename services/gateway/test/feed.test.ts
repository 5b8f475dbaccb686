import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { allEvents, type EventType } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type As, type Setting, startSetting } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';
import { openChanges, type Sent } from './open-changes.ts';

let setting: Setting;
let first: Gateway;
let second: Gateway;
let customer: As & { sub: string };
let provider: As & { sub: string };

beforeAll(async () => {
  setting = await startSetting();
  first = await setting.gateway();
  second = await setting.gateway();
});

afterAll(() => setting.stop());

beforeEach(() => {
  setting.renew();
  customer = { roles: ['customer'], sub: randomUUID() };
  provider = { roles: ['provider'], sub: randomUUID() };
});

/** An event of another assignment of this customer and this provider. */
const publish = (type: EventType, version = 1) =>
  setting.producer.publish(type, {
    assignmentId: randomUUID(),
    version,
    data: { customerId: customer.sub, providerId: provider.sub },
  });

const publishAll = async (...types: EventType[]) => {
  for (const type of types) await publish(type);
};

const typesOf = (events: readonly Sent['data'][]) => events.map(({ type }) => type);

const nowFor = async (as: As) => (await setting.page(first, as)).json.nextCursor;

/** A gateway receives an event a moment after it was published, and answers with what it has. */
const untilReceived = (gateway: Gateway, cursor: string, count: number, as: As = customer) =>
  eventually(async () => expect((await setting.page(gateway, as, { cursor })).json.items).toHaveLength(count));

test('without a position the feed starts now, and is JSON', async () => {
  const before = await nowFor(customer);
  await publish('schedule.confirmed');
  await untilReceived(first, before, 1);
  const started = performance.now();
  const { status, headers, json } = await setting.page(first, customer, { wait: 30 });
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining('application/json'),
    'cache-control': 'no-store',
  });
  expect(json).toEqual({ items: [], nextCursor: expect.any(String) });
  await publish('schedule.cancelled');
  const page = await setting.page(first, customer, { cursor: json.nextCursor, wait: 30 });
  expect(typesOf(page.json.items)).toEqual(['schedule.cancelled']);
});

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['text/html', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
  ['text/event-stream, */*;q=0.1', 'text/event-stream'],
])('the answer to Accept: %s is %s', async (accept, type) => {
  const headers = { authorization: await setting.authorization(customer), ...(accept && { accept }) };
  const answer = await call(first.url, 'HEAD', '/changes', { headers });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining(type) } });
  expect(answer.headers.vary).toContain('Accept');
});

test('a page has at most limit changes, and the next page goes on', async () => {
  let cursor = await nowFor(customer);
  const types: EventType[] = ['schedule.proposed', 'schedule.confirmed', 'schedule.completed', 'reminder.due'];
  await publishAll(...types);
  await untilReceived(second, cursor, types.length);
  const seen: string[] = [];
  for (const wanted of [3, 1, 0]) {
    const { items, nextCursor } = (await setting.page(second, customer, { cursor, limit: 3 })).json;
    expect(items).toHaveLength(wanted);
    seen.push(...typesOf(items));
    cursor = nextCursor;
  }
  expect(seen).toEqual(types);
});

test('a long poll answers as soon as there is something, and with nothing at its end', async () => {
  const cursor = await nowFor(provider);
  const polls = [first, second].map((gateway) => setting.page(gateway, provider, { cursor, wait: 20 }));
  await delay(200);
  await setting.producer.publishOthers(3);
  await publish('payout.pending');
  for (const poll of polls) expect(typesOf((await poll).json.items)).toEqual(['payout.pending']);

  const started = performance.now();
  const quiet = await setting.page(first, customer, { cursor: await nowFor(customer), wait: 1 });
  expect(performance.now() - started).toBeGreaterThan(900);
  expect(quiet.json.items).toEqual([]);
});

test('a quiet poll moves the position, so that going on has little to read', async () => {
  const cursor = await nowFor(customer);
  await setting.producer.publishOthers(3);
  await eventually(async () => {
    const { items, nextCursor } = (await setting.page(first, customer, { cursor })).json;
    expect(items).toEqual([]);
    expect(nextCursor).not.toBe(cursor);
  });
});

test('the positions of both forms are the same, at every gateway', async () => {
  const stream = await setting.followFeed(first, customer);
  await publish('schedule.proposed');
  await stream.until(1);
  await publish('schedule.confirmed');
  await stream.until(2);
  const [one] = stream.events;
  const paged = await setting.page(second, customer, { cursor: one?.id ?? '', wait: 30 });
  expect(paged.json.items).toEqual([stream.events[1]?.data]);
  await publish('schedule.cancelled');
  const resumed = await setting.followFeed(second, { ...customer, lastId: paged.json.nextCursor });
  await resumed.until(1);
  expect(typesOf(resumed.events.map(({ data }) => data))).toEqual(['schedule.cancelled']);

  const headers = { authorization: await setting.authorization(customer), accept: 'text/event-stream' };

  const begun = await openChanges(first.url, `/changes?cursor=${one?.id}`, headers);
  await begun.until(2);
  begun.leave();
  expect(typesOf(begun.events.map(({ data }) => data))).toEqual(['schedule.confirmed', 'schedule.cancelled']);
});

test('each person sees the events of their own assignments and payouts, and ops and finance all', async () => {
  const stranger = randomUUID();
  const viewers: [As, 'all' | 'reduced' | 'none'][] = [
    [customer, 'reduced'],
    [provider, 'all'],
    [{ roles: ['customer', 'provider'], sub: customer.sub }, 'reduced'],
    [{ roles: ['provider'], sub: customer.sub }, 'none'],
    [{ roles: ['customer'], sub: provider.sub }, 'none'],
    [{ roles: ['customer', 'provider'], sub: stranger }, 'none'],
    [{ roles: ['finance'], sub: stranger }, 'all'],
    [{ roles: ['ops', 'customer'], sub: customer.sub }, 'all'],
  ];
  const cursors = await Promise.all(viewers.map(([as]) => nowFor(as)));
  const streams = await Promise.all(viewers.map(([as]) => setting.followFeed(first, as)));
  await delay(50);
  const erased = allEvents['person.erased'].example;
  for (const personId of [customer.sub, provider.sub])
    await setting.producer.publishRaw(
      'person.erased',
      JSON.stringify({ ...erased, subject: personId, partitionkey: personId, data: { ...erased.data, personId } }),
    );
  await publishAll('schedule.confirmed', 'reminder.queued', 'payout.paid');

  const reduced = ['assignmentId', 'customerId', 'jobId', 'payoutId', 'providerId', 'status', 'version'];
  for (const [n, [as, sees]] of viewers.entries()) {
    const stream = streams[n];
    await stream?.until(sees === 'none' ? 0 : 3);
    const query = { cursor: cursors[n] ?? '' };
    if (sees !== 'none') await untilReceived(second, query.cursor, 3, as);
    const page = await setting.page(second, as, query);
    for (const events of [stream?.events.map(({ data }) => data) ?? [], page.json.items]) {
      expect(typesOf(events).sort()).toEqual(
        sees === 'none' ? [] : ['payout.paid', 'reminder.queued', 'schedule.confirmed'],
      );
      const payout = events.find(({ type }) => type === 'payout.paid');
      if (sees === 'reduced') expect(Object.keys(payout?.data ?? {}).sort()).toEqual(reduced);
      if (sees === 'all') expect(payout?.data).toHaveProperty('amount');
    }
  }
});

test("another person's position gives nobody another's changes", async () => {
  const cursor = await nowFor(customer);
  await publish('schedule.confirmed');
  const other = { roles: ['customer'], sub: randomUUID() };
  await untilReceived(first, cursor, 1);
  expect((await setting.page(first, other, { cursor })).json.items).toEqual([]);
});

const position = (mark: number[]) => Buffer.from(JSON.stringify([mark, mark, mark])).toString('base64url');

test.each([
  '',
  'x',
  'of-another-list',
  'W10',
  'a'.repeat(501),
  position([1, 2, -3]),
  position([1, 2]),
  `${position([1, 2, 3])}A`,
])('a malformed position (%#) is 400 in both forms', async (cursor) => {
  expect(await setting.page(first, customer, { cursor })).toMatchObject({
    status: 400,
    json: { code: 'validation-failed', errors: [{ path: '/cursor' }] },
  });
  if (cursor === '') return;
  const headers = {
    authorization: await setting.authorization(customer),
    accept: 'text/event-stream',
    'last-event-id': cursor,
  };
  expect(await call(first.url, 'GET', '/changes', { headers })).toMatchObject({
    status: 400,
    json: { code: 'validation-failed', errors: [{ path: '/headers/last-event-id' }] },
  });
});

test.each([
  [{ limit: 0 }, '/limit'],
  [{ limit: 101 }, '/limit'],
  [{ wait: 31 }, '/wait'],
  [{ wait: -1 }, '/wait'],
  [{ wait: 'long' }, '/wait'],
  [{ waits: 1 }, '/waits'],
])('the query %o is 400', async (query, path) => {
  expect(await setting.page(first, customer, query)).toMatchObject({ status: 400, json: { errors: [{ path }] } });
});

test('a well-formed position of other streams is 410 in both forms', async () => {
  const cursor = position([1, 0, 0]);
  const expired = { status: 410, json: { code: 'cursor-expired' } };
  expect(await setting.page(first, customer, { cursor })).toMatchObject(expired);
  expect(await setting.followFeed(first, { ...customer, lastId: cursor })).toMatchObject({ status: 410 });
});

test('a person without a role is 403, and nobody is 401', async () => {
  expect(await setting.page(first, { roles: [] })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  expect(await call(first.url, 'GET', '/changes')).toMatchObject({ status: 401 });
});

test('streams of both routes and long polls of a person count together', async () => {
  const strict = await setting.gateway({ MAX_CHANGE_STREAMS_PER_USER: '3' });
  const phone = await setting.followFeed(strict, customer);
  const tablet = await setting.followFeed(strict, customer);
  expect(await setting.follow(strict, customer)).toMatchObject({ status: 200 });
  const refused = { status: 429, headers: { 'retry-after': '5' }, json: { code: 'too-many-streams' } };
  expect(await setting.page(strict, customer)).toMatchObject(refused);
  expect(await setting.page(strict, provider)).toMatchObject({ status: 200 });
  await publish('schedule.confirmed');
  for (const device of [phone, tablet]) await device.until(1);

  phone.leave();
  await delay(100);
  const cursor = await nowFor(customer);
  const poll = setting.page(strict, customer, { cursor, wait: 20 });
  await delay(100);
  expect(await setting.page(strict, customer)).toMatchObject(refused);
  await publish('schedule.cancelled');
  expect((await poll).json.items).toHaveLength(1);
  expect(await setting.page(strict, customer)).toMatchObject({ status: 200 });
});

test('waiting polls do not count as requests in progress', async () => {
  const strict = await setting.gateway({ MAX_REQUESTS_IN_FLIGHT: '2' });
  const cursor = await nowFor(customer);
  const polls: ReturnType<Setting['page']>[] = [];
  for (let n = 0; n < 5; n += 1) {
    polls.push(setting.page(strict, customer, { cursor, wait: 20 }));
    await delay(100);
  }
  expect(await setting.page(strict, provider)).toMatchObject({ status: 200 });
  await publish('schedule.confirmed');
  for (const poll of polls) expect((await poll).json.items).toHaveLength(1);
});

test('a gateway that stops answers waiting polls with their position', async () => {
  const stopping = await setting.gateway();
  const cursor = await nowFor(customer);
  const poll = setting.page(stopping, customer, { cursor, wait: 30 });
  const stream = await setting.followFeed(stopping, customer);
  await delay(100);
  await stopping.stop();
  await stream.ended;
  const { status, json } = await poll;
  expect({ status, items: json.items }).toEqual({ status: 200, items: [] });
  await publish('schedule.confirmed');
  expect((await setting.page(first, customer, { cursor: json.nextCursor, wait: 30 })).json.items).toHaveLength(1);
});

test('a poll ends with its token', async () => {
  const exact = await setting.gateway({ AUTH_CLOCK_SKEW_S: '0' });
  const cursor = await nowFor(customer);
  const started = performance.now();
  const { status, json } = await setting.page(exact, { ...customer, expiresIn: 2 }, { cursor, wait: 30 });
  expect({ status, items: json.items }).toEqual({ status: 200, items: [] });
  expect(performance.now() - started).toBeLessThan(5_000);
});
