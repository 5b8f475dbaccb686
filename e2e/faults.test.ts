import { endpoints } from '@punctual/contracts';
import {
  confirm,
  eventually,
  giveJob,
  insist,
  propose,
  startTestStack,
  type TestStack,
  type TestUser,
  type Visit,
} from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStreams } from './stream.ts';

let world: TestStack;
let customer: TestUser;

beforeAll(async () => {
  world = await startTestStack('faults');
  customer = await world.user('customer');
});

afterAll(() => world?.stop());

/** Each visit has its own provider, so that windows never overlap. */
async function newVisit(): Promise<Visit> {
  return giveJob(customer, await world.user('provider'));
}

/** Checks that a confirmed visit had each of its effects exactly once. */
async function expectConfirmedOnce({ assignmentId }: Visit, withinMs: number): Promise<void> {
  await eventually(
    async () => {
      const assignment = await customer.getAssignment({ params: { id: assignmentId } });
      expect(assignment).toMatchObject({
        status: 'CONFIRMED',
        scheduleVersion: 2,
        reminderStatus: 'QUEUED',
        payoutStatus: 'PENDING',
      });
      const { schedule, payout, reminder } = await readStreams(world.environment.natsUrl, assignmentId);
      expect(schedule.map(({ type }) => type)).toEqual([
        ...['schedule.assigned', 'schedule.proposed', 'schedule.confirmed'],
      ]);
      expect(payout.map(({ type, sequence }) => [type, sequence])).toEqual([['payout.pending', '0000000001']]);
      const told = reminder.map(({ type, data }) => `${data.scheduleVersion} ${data.kind} ${type}`);
      expect(told).toEqual(expect.arrayContaining(['2 upcoming-24h reminder.queued', '2 upcoming-1h reminder.queued']));
      expect(new Set(told).size).toBe(told.length);
    },
    { withinMs },
  );
}

describe('a service that is down', () => {
  test.each([
    ['scheduling', endpoints.getAssignment],
    ['reminders', endpoints.listReminders],
    ['payouts', endpoints.getAssignmentPayout],
  ] as const)(
    '%s: the gateway says so within 3 s, and works again when it is back',
    { timeout: 60_000 },
    async (name, endpoint) => {
      const visit = await newVisit();
      await propose(visit);
      await confirm(visit);
      const ask = () => visit.provider.send(endpoint, { params: { id: visit.assignmentId } });
      await eventually(async () => expect(await ask()).toMatchObject({ status: 200 }));

      const service = world.stack.service(name);
      await service.stop();
      const askedAt = performance.now();
      const { status, headers, body } = await ask();
      expect(performance.now() - askedAt).toBeLessThan(3_000);
      expect({ status, body }).toMatchObject({
        status: 503,
        body: { code: 'unavailable', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.stringify(body)).not.toContain(new URL(service.url).port);

      await service.start();
      await eventually(async () => expect(await ask()).toMatchObject({ status: 200 }));
    },
  );
});

test('commands succeed while NATS is down, and their events follow when it is back', { timeout: 60_000 }, async () => {
  const visit = await newVisit();
  await world.environment.stopNats();
  try {
    await propose(visit);
    expect(await confirm(visit)).toMatchObject({ status: 'CONFIRMED', reminderStatus: 'NONE', payoutStatus: null });
  } finally {
    await world.environment.startNatsAgain();
  }
  await expectConfirmedOnce(visit, 20_000);
});

/** Messages that a killed consumer held are redelivered after its ack wait of 30 s. */
describe('SIGKILL during the journey, and a restart', { timeout: 120_000 }, () => {
  const names = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
  const visits = new Map<string, Visit>();

  beforeAll(async () => {
    for (const name of names) visits.set(name, await newVisit());
  });

  // Concurrent, so that each journey also meets the kills of the others.
  test.concurrent.each(names)('a journey completes although %s is killed', async (name) => {
    const visit = visits.get(name) as Visit;
    const service = world.stack.service(name);
    const proposing = insist((headers) => propose(visit, { headers }));
    await service.kill();
    await proposing;
    await service.ready();
    const confirming = insist((headers) => confirm(visit, headers));
    await service.kill();
    await confirming;
    await expectConfirmedOnce(visit, 60_000);
  });
});
