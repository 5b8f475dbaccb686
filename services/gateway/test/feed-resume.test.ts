import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventType } from '@punctual/contracts';
import { connectPeer, eventually } from '@punctual/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type As, type Setting, startSetting } from './changes-setting.ts';
import type { Gateway } from './gateway.ts';
import type { Sent } from './open-changes.ts';

let setting: Setting;
let gateways: [Gateway, Gateway];

beforeAll(async () => {
  setting = await startSetting();
  gateways = [await setting.gateway(), await setting.gateway()];
});

afterAll(() => setting.stop());

beforeEach(() => setting.renew());

type Person = As & { sub: string };
const person = (role: string): Person => ({ roles: [role], sub: randomUUID() });
const gatewayAt = (index: number) => gateways[index % 2] as Gateway;
const nowFor = async (as: As) => (await setting.page(gatewayAt(0), as)).json.nextCursor;

let published = 0;
/** Publishes an event, and returns how the feed names it. */
async function publish(type: EventType, customer: Person, provider: Person): Promise<string> {
  published += 1;
  const data = { customerId: customer.sub, providerId: provider.sub };
  await setting.producer.publish(type, { assignmentId: randomUUID(), version: published, data });
  return nameOf(type, published);
}

const nameOf = (type: string, version: number) => `${type.split('.')[0]} ${version}`;
const namesOf = (events: readonly Sent['data'][]) => events.map(({ type, sequence }) => nameOf(type, Number(sequence)));

/** Each stream of events keeps its order; between streams there is none. */
const byStream = (names: readonly string[]) => Object.groupBy(names, (name) => name.split(' ')[0] ?? '');

/** A client that comes and goes, at any gateway and in either form. */
function createClient(as: Person, cursor: string) {
  const seen: string[] = [];
  return {
    as,
    seen,
    poll: async (at: number, limit: number) => {
      const { json } = await setting.page(gatewayAt(at), as, { cursor, limit });
      seen.push(...namesOf(json.items));
      cursor = json.nextCursor;
      return json.items.length;
    },
    visit: async (at: number, ms: number) => {
      const changes = await setting.followFeed(gatewayAt(at), { ...as, lastId: cursor });
      expect(changes.status).toBe(200);
      await delay(ms);
      changes.leave();
      seen.push(...namesOf(changes.events.map(({ data }) => data)));
      cursor = changes.lastId() ?? cursor;
    },
  };
}

const types = fc.constantFrom<EventType>('schedule.proposed', 'schedule.confirmed', 'reminder.due', 'payout.pending');
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ publish: types, customer: fc.nat(1), provider: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ poll: fc.nat(5), at: fc.nat(1), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ visit: fc.nat(5), at: fc.nat(1), ms: fc.nat(30) }) },
);

test('clients that come and go see each of their changes once, and in the order of its stream', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const customers = [person('customer'), person('customer')] as const;
      const providers = [person('provider'), person('provider')] as const;
      // Two devices of the first customer.
      const people = [...customers, ...providers, customers[0]];
      const clients = await Promise.all(people.map(async (as) => createClient(as, await nowFor(as))));
      const expected = new Map<string, string[]>(people.map(({ sub }) => [sub, []]));
      const going: Promise<unknown>[] = [];
      const busy = new Map<number, Promise<unknown>>();
      const useClient = (index: number, use: (client: (typeof clients)[number]) => Promise<unknown>) => {
        const client = clients[index];
        if (!client) return;
        // One after the other, and beside the publishing.
        const next = (busy.get(index) ?? Promise.resolve()).then(() => use(client));
        busy.set(index, next);
        going.push(next);
      };
      for (const one of steps) {
        if ('publish' in one) {
          const [customer, provider] = [customers[one.customer as 0], providers[one.provider as 0]];
          const name = await publish(one.publish, customer, provider);
          for (const { sub } of [customer, provider]) expected.get(sub)?.push(name);
        } else if ('poll' in one) useClient(one.poll % clients.length, (client) => client.poll(one.at, one.limit));
        else useClient(one.visit % clients.length, (client) => client.visit(one.at, one.ms));
      }
      await Promise.all(going);
      for (const client of clients) {
        const wanted = expected.get(client.as.sub) ?? [];
        await eventually(async () => {
          await client.poll(1, 100);
          expect(client.seen.length).toBeGreaterThanOrEqual(wanted.length);
        });
        expect(byStream(client.seen)).toEqual(byStream(wanted));
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);

test('a crowd that comes back after a long time is served by one read of each block', async () => {
  const crowd = Array.from({ length: 40 }, () => person('customer'));
  const provider = person('provider');
  const cursor = await nowFor(provider);
  const wanted: string[][] = crowd.map(() => []);
  const publishToAll = async () => {
    for (const [n, customer] of crowd.entries())
      wanted[n]?.push(await publish('schedule.proposed', customer, provider));
  };
  await publishToAll();
  await setting.producer.publishOthers(3_000);
  await publishToAll();
  await setting.producer.publishOthers(5_500);

  const peer = await connectPeer({ NATS_URL: setting.environment.natsUrl });
  let reads = 0;
  peer.connection.subscribe('$JS.EVENT.ADVISORY.CONSUMER.CREATED.>', {
    callback: () => {
      reads += 1;
    },
  });
  await peer.connection.flush();
  const pages = await Promise.all(crowd.map((as) => setting.page(gatewayAt(0), as, { cursor })));
  const streams = await Promise.all(crowd.map((as) => setting.followFeed(gatewayAt(0), { ...as, lastId: cursor })));
  for (const [n, stream] of streams.entries()) {
    await stream.until(2);
    expect(namesOf(stream.events.map(({ data }) => data))).toEqual(wanted[n]);
    expect(namesOf(pages[n]?.json.items ?? [])).toEqual(wanted[n]);
  }
  await peer.stop();
  // 3,080 messages in blocks of 2,000, and one that asks how far the stream goes back.
  expect(reads).toBeGreaterThan(1);
  expect(reads).toBeLessThanOrEqual(5);
}, 60_000);

test('everything between a far position and now arrives once, also for ops', async () => {
  const [customer, provider, ops] = [person('customer'), person('provider'), person('ops')];
  const clients = await Promise.all([customer, ops].map(async (as) => createClient(as, await nowFor(as))));
  const all: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    all.push(
      await publish('schedule.confirmed', customer, provider),
      await publish('payout.pending', customer, provider),
    );
    await setting.producer.publishOthers(2_500);
  }
  for (const client of clients) {
    let pages = 0;
    while ((await client.poll(pages, 100)) > 0) pages += 1;
    const own = client.seen.filter((name) => all.includes(name));
    expect(byStream(own)).toEqual(byStream(all));
    expect(client.seen).toHaveLength(client.as === ops ? all.length + 7_500 : all.length);
  }
}, 60_000);

const restarts = ['loseStream', 'beginAgain'] as const;
test.each(restarts)(
  'a stream whose sequences begin again ends the feeds, and positions are 410: %s',
  async (restart) => {
    const customer = person('customer');
    const changes = await setting.followFeed(gatewayAt(0), customer);
    const cursor = await nowFor(customer);
    const poll = setting.page(gatewayAt(0), customer, { cursor, wait: 20 });
    await delay(100);
    await setting.producer[restart]('REMINDER');
    await changes.ended;
    const expired = { status: 410, json: { code: 'cursor-expired' } };
    expect(await poll).toMatchObject(expired);
    expect(await setting.page(gatewayAt(0), customer, { cursor })).toMatchObject(expired);
    expect(await setting.followFeed(gatewayAt(0), { ...customer, lastId: changes.lastId() })).toMatchObject({
      status: 410,
    });
    await eventually(async () => {
      const begun = await nowFor(customer);
      await publish('reminder.due', customer, person('provider'));
      expect((await setting.page(gatewayAt(0), customer, { cursor: begun })).json.items).toHaveLength(1);
    });
  },
);

test('the feed continues after NATS was unavailable', async () => {
  const customer = person('customer');
  const changes = await setting.followFeed(gatewayAt(0), customer);
  await publish('schedule.proposed', customer, person('provider'));
  await changes.until(1);
  await setting.environment.stopNats();
  const cursor = changes.lastId() ?? '';
  expect(await setting.page(gatewayAt(0), customer, { cursor, wait: 1 })).toMatchObject({
    status: 200,
    json: { items: [] },
  });
  await setting.environment.startNatsAgain();
  const late = await eventually(() => publish('schedule.confirmed', customer, person('provider')));
  await changes.until(2, 15_000);
  expect(namesOf(changes.events.map(({ data }) => data)).at(-1)).toBe(late);
});
