import { randomUUID } from 'node:crypto';
import { allEvents, type EventType } from '@punctual/contracts';
import { windowOn } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type OpsStack, startOpsStack } from './world.ts';

// An attacker who may publish on NATS forges events. The records of payouts agree with these
// events, those of scheduling do not.

let world: OpsStack;

beforeAll(async () => {
  world = await startOpsStack('forged-visit');
});

afterAll(() => world?.stop());

type Ids = { assignmentId: string; jobId: string; customerId: string; providerId: string };
const Created = z.looseObject({ id: z.string() });
const Ids = z.object({ jobId: z.string(), customerId: z.string(), providerId: z.string() });

/** Publishes an event as scheduling would. */
async function forge(
  type: EventType & `schedule.${string}`,
  version: number,
  ids: Ids,
  more: object = {},
): Promise<void> {
  const { example } = allEvents[type];
  const { assignmentId } = ids;
  const event = {
    ...example,
    id: randomUUID(),
    subject: assignmentId,
    partitionkey: assignmentId,
    sequence: String(version).padStart(10, '0'),
    data: { ...example.data, ...ids, scheduleVersion: version, ...more },
  };
  await world.nats.jetstream.publish(type, JSON.stringify(event), { msgID: event.id });
}

const statusOf = async (assignmentId: string) =>
  eventually(async () => {
    const payout = await world.payoutOf(assignmentId);
    expect(payout).toMatchObject({ status: 'AWAITING_APPROVAL' });
    return payout as { id: string };
  });

/** Completes an assignment without events, as if they had been lost. */
async function complete(assignmentId: string): Promise<void> {
  const client = new Client({ connectionString: world.databases.scheduling });
  await client.connect();
  const sql = `update assignment set status = 'COMPLETED', proposal_expires_at = null, updated_at = now() - interval '2 minutes' where id = $1`;
  await client.query(sql, [assignmentId]).finally(() => client.end());
}

const drift = async (...flags: string[]) => {
  const { code, stdout, stderr } = await world.ops('payouts', 'drift', '--json', ...flags);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as { total: number; items: object[] };
};

test('drift finds payouts without a visit, and payouts that differ from their visit', {
  timeout: 90_000,
}, async () => {
  const honest = await world.confirmedVisit();
  expect(await drift()).toMatchObject({ total: 0, items: [] });

  const ids = { assignmentId: randomUUID(), jobId: randomUUID(), customerId: randomUUID(), providerId: randomUUID() };
  const price = { amountMinor: 90_000, currency: 'EUR' };
  await forge('schedule.confirmed', 2, ids, { price });
  await forge('schedule.completed', 3, ids, { price });
  const forged = await statusOf(ids.assignmentId);

  const early = {
    assignmentId: honest,
    ...Ids.parse(await world.ask('ops', randomUUID(), 'GET', `/assignments/${honest}`)),
  };
  await forge('schedule.completed', 3, early, { price: { amountMinor: 8_000, currency: 'EUR' } });
  const earlyPayout = await statusOf(honest);

  const found = await drift();
  expect(found.total).toBe(2);
  expect(found.items).toEqual(
    expect.arrayContaining([
      {
        kind: 'UNKNOWN_TO_SCHEDULING',
        payoutId: forged.id,
        assignmentId: ids.assignmentId,
        detail: '90000 EUR, AWAITING_APPROVAL',
      },
      {
        kind: 'VISIT_STATUS_DIFFERS',
        payoutId: earlyPayout.id,
        assignmentId: honest,
        detail: 'AWAITING_APPROVAL although the assignment is CONFIRMED',
      },
    ]),
  );
  const page = await world.ops('payouts', 'drift');
  expect(page).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^2 differences between payouts and scheduling/),
  });
  expect(page.stdout).toMatch(new RegExp(`^UNKNOWN_TO_SCHEDULING +${forged.id} +${ids.assignmentId} `, 'm'));
  expect(await drift('--from', '9999-01-01T00:00Z')).toMatchObject({ total: 0 });
});

test('drift finds completed visits without a payout', { timeout: 60_000 }, async () => {
  const [customer, providerId] = [randomUUID(), randomUUID()];
  const body = { title: 'The tap', timezone: 'Europe/Berlin', price: { amountMinor: 8_000, currency: 'EUR' } };
  const job = Created.parse(await world.ask('customer', customer, 'POST', '/jobs', body));
  const given = await world.ask('customer', customer, 'POST', `/jobs/${job.id}/assignments`, { providerId });
  const { id: lost } = Created.parse(given);
  const window = windowOn(Temporal.Now.instant(), { days: 2, hour: 10, minutes: 60 });
  await world.ask('customer', customer, 'POST', `/jobs/${job.id}/schedule`, window);
  // Copies of its reminders may still arrive, and each moves `updatedAt`.
  await eventually(async () => {
    await complete(lost);
    const { items } = await drift();
    expect(items).toContainEqual({
      kind: 'VISIT_WITHOUT_PAYOUT',
      payoutId: null,
      assignmentId: lost,
      detail: 'the assignment is COMPLETED',
    });
  });
});
