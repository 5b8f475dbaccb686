import { type Change, createClient } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import { confirm, eventually, giveJob, propose, startTestStack, type TestStack, type Visit } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('changes', { instances: 2 });
});

afterAll(() => world?.stop());

/** An app that follows the changes of an assignment. */
type Follower = {
  events: Change[];
  /** How often the app asked for a token. */
  tokens(): number;
  /** Breaks the connection. No other succeeds until `findNetwork`. */
  loseNetwork(): void;
  findNetwork(instance: number): void;
  leave(): Promise<void>;
};

type As = { role: Role; id?: string; instance?: number; firstTokenSeconds?: number };

async function follow({ assignmentId }: Visit, as: As): Promise<Follower> {
  const { url } = world.stack.service('gateway');
  let network = { url: world.stack.service('gateway', as.instance ?? 0).url, lost: new AbortController() };
  let tokens = 0;
  const client = createClient({
    url,
    token: () => {
      tokens += 1;
      const expiresIn = tokens === 1 ? as.firstTokenSeconds : undefined;
      return world.environment.issuer.token({
        roles: [as.role],
        ...(as.id && { sub: as.id }),
        ...(expiresIn && { expiresIn }),
      });
    },
    fetch: (input, init) => {
      const signal = AbortSignal.any([network.lost.signal, init?.signal ?? []].flat());
      return world.fetch(String(input).replace(url, network.url), { ...init, signal });
    },
  });
  const leaving = new AbortController();
  const changes = await client.streamChanges({ params: { id: assignmentId }, signal: leaving.signal });
  const events: Change[] = [];
  const read = async () => {
    for await (const change of changes) events.push(change);
  };
  const done = read();
  return {
    events,
    tokens: () => tokens,
    loseNetwork: () => network.lost.abort(new TypeError('The network is away.')),
    findNetwork: (instance) => {
      network = { url: world.stack.service('gateway', instance).url, lost: new AbortController() };
    },
    leave: () => {
      leaving.abort();
      return done;
    },
  };
}

/** Without `schedule.assigned`, which may pass before the stream is open or after. */
const typesOf = ({ events }: Follower, source: string) =>
  events.map(({ type, ...event }) => (event.source === source ? type : '')).filter((type) => !ignored.has(type));
const ignored = new Set(['', 'schedule.assigned']);

test('both sides follow a visit live, each at another gateway, and see what they may', async () => {
  const customer = await world.user('customer');
  const provider = await world.user('provider', { instance: 1 });
  const visit = await giveJob(customer, provider);
  const sides = [
    await follow(visit, { role: 'customer', id: customer.id }),
    await follow(visit, { role: 'provider', id: provider.id, instance: 1 }),
  ] as const;
  await expect(follow(visit, { role: 'customer' })).rejects.toMatchObject({ problem: { code: 'not-found' } });

  await propose(visit);
  await confirm(visit);
  await eventually(() => {
    for (const side of sides) {
      expect(typesOf(side, '/scheduling')).toEqual(['schedule.proposed', 'schedule.confirmed']);
      expect(typesOf(side, '/reminders')).toContain('reminder.queued');
    }
    expect(typesOf(sides[1], '/payouts')).toEqual(['payout.pending']);
  });
  expect(typesOf(sides[0], '/payouts')).toEqual([]);

  // The customer's phone loses the network, and finds it again at the other gateway.
  const before = sides[0].events.length;
  sides[0].loseNetwork();
  await customer.cancelAssignment({
    params: { id: visit.assignmentId },
    body: { reason: 'The tap stopped by itself' },
  });
  sides[0].findNetwork(1);
  await eventually(() => {
    const missed = sides[0].events.slice(before).map(({ type }) => type);
    expect(missed.filter((type) => type.startsWith('schedule.'))).toEqual(['schedule.cancelled']);
    expect(missed).toContain('reminder.suppressed');
    expect(typesOf(sides[1], '/payouts')).toEqual(['payout.pending', 'payout.blocked']);
  });
  for (const { events } of sides) expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  await Promise.all(sides.map((side) => side.leave()));
});

test('a stream of changes outlives its token', async () => {
  const customer = await world.user('customer');
  const visit = await giveJob(customer, await world.user('provider'));
  const follower = await follow(visit, { role: 'customer', id: customer.id, firstTokenSeconds: 2 });
  await eventually(() => expect(follower.tokens()).toBe(2));
  await propose(visit);
  await eventually(() => expect(typesOf(follower, '/scheduling')).toEqual(['schedule.proposed']));
  await follower.leave();
});
