import { endpoints } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStreams } from './stream.ts';
import { type Person, startTestStack, type TestStack } from './test-stack.ts';
import { confirm, giveJob, insist, propose, type Visit } from './visit.ts';

let world: TestStack;
let customer: Person;

beforeAll(async () => {
  world = await startTestStack('faults');
  customer = await world.person('customer');
});

afterAll(() => world?.stop());

/** A provider of its own for each visit, so that windows never meet. */
async function newVisit(): Promise<Visit> {
  return giveJob(customer, await world.person('provider'));
}

/** What a confirmed visit must have led to, each of it once, whatever has happened meanwhile. */
async function expectConfirmedOnce({ assignmentId }: Visit, withinMs: number): Promise<void> {
  await eventually(async () => {
    const assignment = await customer.getAssignment({ params: { id: assignmentId } });
    expect(assignment).toMatchObject({
      status: 'CONFIRMED',
      scheduleVersion: 2,
      reminderStatus: 'QUEUED',
      payoutStatus: 'PENDING',
    });
    const { schedule, payout, reminder } = await readStreams(world.environment.natsUrl, assignmentId);
    expect(schedule.map(({ type }) => type)).toEqual(['schedule.proposed', 'schedule.confirmed']);
    expect(payout.map(({ type, sequence }) => [type, sequence])).toEqual([['payout.pending', '0000000001']]);
    const told = reminder.map(({ type, data }) => `${data.scheduleVersion} ${data.kind} ${type}`);
    expect(told).toEqual(expect.arrayContaining(['2 upcoming-24h reminder.queued', '2 upcoming-1h reminder.queued']));
    expect(new Set(told).size).toBe(told.length);
  }, withinMs);
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
      await eventually(async () => expect(await ask()).toMatchObject({ status: 200 }), 5_000);
    },
  );
});

test('NATS is down: commands succeed, and their events follow when it is back', { timeout: 60_000 }, async () => {
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

/** What a consumer held when it was killed comes again when its time to acknowledge is over: after 30 s. */
describe('SIGKILL during the journey, and a restart', { timeout: 120_000 }, () => {
  const names = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
  const visits = new Map<string, Visit>();

  beforeAll(async () => {
    for (const name of names) visits.set(name, await newVisit());
  });

  // At the same time, so that each journey also meets the deaths of the others.
  test.concurrent.each(names)('%s: the journey completes', async (name) => {
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
