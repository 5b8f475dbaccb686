import { type CloudEvent, CloudEventEnvelope, type Role } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestStack, type TestStack } from './test-stack.ts';
import { confirm, giveJob, propose, type Visit } from './visit.ts';

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('changes', { instances: 2 });
});

afterAll(() => world?.stop());

type Follower = { status: number; events: CloudEvent[]; lastId(): string; leave(): void };

/** Follows the changes of a visit's assignment, as an app does. */
async function follow(
  { assignmentId }: Visit,
  as: { role: Role; id?: string; instance?: number; lastId?: string },
): Promise<Follower> {
  const { url } = world.stack.service('gateway', as.instance ?? 0);
  const leaving = new AbortController();
  const response = await fetch(`${url}/assignments/${assignmentId}/changes`, {
    headers: {
      authorization: `Bearer ${await world.environment.token(as.role, as.id)}`,
      ...(as.lastId !== undefined && { 'last-event-id': as.lastId }),
    },
    signal: leaving.signal,
  });
  const events: CloudEvent[] = [];
  let lastId = '';
  const read = async () => {
    let rest = '';
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('id: ')) lastId = line.slice(4);
        if (line.startsWith('data: ')) events.push(CloudEventEnvelope.parse(JSON.parse(line.slice(6))));
      }
    }
  };
  if (response.ok) read().catch(() => undefined);
  return { status: response.status, events, lastId: () => lastId, leave: () => leaving.abort() };
}

const typesOf = ({ events }: Follower, source: string) =>
  events.filter((event) => event.source === source).map(({ type }) => type);

test('both sides follow a visit live, each at a gateway of their own, and see what they may', async () => {
  const customer = await world.person('customer');
  const provider = await world.person('provider', { instance: 1 });
  const visit = await giveJob(customer, provider);
  const sides = [
    await follow(visit, { role: 'customer', id: customer.id }),
    await follow(visit, { role: 'provider', id: provider.id, instance: 1 }),
  ] as const;
  const stranger = await follow(visit, { role: 'customer' });
  expect(stranger.status).toBe(404);

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

  // The customer's phone loses the network, and comes back at the other gateway.
  sides[0].leave();
  const cancel = { params: { id: visit.assignmentId }, body: { reason: 'The tap stopped by itself' } };
  await customer.cancelAssignment(cancel);
  const back = await follow(visit, { role: 'customer', id: customer.id, instance: 1, lastId: sides[0].lastId() });
  await eventually(() => {
    expect(typesOf(back, '/scheduling')).toEqual(['schedule.cancelled']);
    expect(typesOf(back, '/reminders')).toContain('reminder.suppressed');
    expect(typesOf(sides[1], '/payouts')).toEqual(['payout.pending', 'payout.blocked']);
  });
  for (const { events } of [sides[0], sides[1], back]) {
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  }
  back.leave();
  sides[1].leave();
});
