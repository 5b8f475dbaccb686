import { randomUUID } from 'node:crypto';
import type { Hold, Payout, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties, scheduleEvent } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const [ann, bob, opa] = [randomUUID(), randomUUID(), randomUUID()];

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
});

afterAll(() => world.stop());

async function awaiting(amountMinor = 18_500): Promise<Payout> {
  const parties = newParties();
  const price = { amountMinor, currency: 'EUR' };
  await world.publishInTurn(...history(['propose', 'confirm', 'complete'], { ...parties, price }));
  return world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
}

async function approved(amountMinor?: number): Promise<Payout> {
  const payout = await awaiting(amountMinor);
  for (const by of [ann, bob].slice(0, payout.approvalsNeeded)) await give(by, payout, 'approve');
  return world.untilPayout(payout.assignmentId, { status: 'APPROVED' });
}

const give = (by: string, { id }: Payout, command: string, body: object = {}) =>
  world.call('finance', by, `POST /payouts/${id}/${command}`, { body });

async function block(payout: Payout, reason: string): Promise<Hold> {
  const { status, body } = await world.call('ops', opa, `POST /payouts/${payout.id}/block`, { body: { reason } });
  expect(status).toBe(200);
  const hold = (body as Payout).holds.find((each) => each.reason === reason);
  if (!hold) throw new Error('The hold is not shown.');
  return hold;
}

/** Disputed by a person, at a version of the assignment. */
async function dispute({ assignmentId, jobId, customerId, providerId }: Payout, by: string, version = 4) {
  const actor = { id: by, role: by === providerId ? 'provider' : 'customer' };
  const data = { assignmentId, jobId, customerId, providerId, status: 'COMPLETED', actor };
  const event = scheduleEvent('schedule.disputed', version, { ...data, kind: 'OTHER', reason: `Not right for ${by}` });
  await world.publish(event);
  await world.untilConsumed();
  return event;
}

const now = async ({ assignmentId }: Payout) => (await world.payoutOf(assignmentId)).body as Payout;
const refused = { status: 409, body: { code: 'invalid-transition' } };

test("unblock without hold ids leaves another person's block until it is the only hold", async () => {
  const payout = await approved();
  const fraud = await block(payout, 'FRAUD: the account is stolen');
  const { id } = await dispute(payout, payout.customerId);

  const settled = await give(bob, payout, 'unblock', { reason: 'The scratch is paid for' });
  expect(settled).toMatchObject({ status: 200, body: { status: 'BLOCKED', holds: [fraud] } });
  expect((await now(payout)).holds.map((hold) => hold.id)).not.toContain(id);

  const free = await give(bob, payout, 'unblock', { reason: 'The account is right' });
  expect(free).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL', holds: [] } });
});

test('a dispute adds to a manual block, and settling it leaves the block', async () => {
  const payout = await approved();
  const fraud = await block(payout, 'FRAUD: the account is stolen');
  expect(fraud).toMatchObject({ kind: 'MANUAL', by: opa });
  const { id } = await dispute(payout, payout.customerId);
  const both = await now(payout);
  expect(both.holds).toMatchObject([fraud, { id, kind: 'DISPUTE', by: payout.customerId }]);
  expect(both).toMatchObject({ status: 'BLOCKED', blockedBecause: both.holds[1]?.reason, version: 5 });

  const settled = await give(bob, payout, 'unblock', { reason: 'Paid for', holds: [id] });
  expect(settled).toMatchObject({
    ...{ status: 200 },
    body: { status: 'BLOCKED', holds: [fraud], blockedBecause: fraud.reason, approvals: [] },
  });
  expect(await give(bob, payout, 'mark-paid', { reference: 'SEPA 30' })).toMatchObject(refused);
  const free = await give(bob, payout, 'unblock', { reason: 'The account is right', holds: [fraud.id] });
  expect(free).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL', holds: [], blockedBecause: null } });

  const events = await world.published(7, payout.assignmentId);
  expect(events.slice(3).map(({ type, data }) => [type, data.holds?.length])).toEqual([
    ['payout.blocked', 1],
    ['payout.blocked', 2],
    ['payout.blocked', 1],
    ['payout.awaiting_approval', 0],
  ]);
  const { items } = (await world.call('ops', opa, `GET /payouts/${payout.id}/timeline`)).body as Timeline;
  expect(items.at(-2)).toMatchObject({
    ...{ actor: { id: bob, role: 'finance' }, reason: 'Paid for' },
    ...{ before: { holds: both.holds, approvals: [{ by: ann }] }, after: { holds: [fraud], approvals: [] } },
  });
});

test('a lifted dispute requires all approvals of the amount again', async () => {
  const payout = await approved(900_000);
  await dispute(payout, payout.customerId);
  expect(await give(ann, payout, 'unblock', { reason: 'Fine' })).toMatchObject({
    body: { status: 'AWAITING_APPROVAL' },
  });
  expect(await give(ann, payout, 'mark-paid', { reference: 'SEPA 31' })).toMatchObject(refused);
  expect(await give(ann, payout, 'approve')).toMatchObject({ body: { status: 'AWAITING_APPROVAL' } });
  expect(await give(ann, payout, 'approve')).toMatchObject({ status: 409, body: { code: 'already-approved' } });
  expect(await give(bob, payout, 'approve')).toMatchObject({ body: { status: 'APPROVED' } });
});

test('each dispute is a separate hold, and a replayed one stays lifted', async () => {
  const payout = await awaiting();
  const first = await dispute(payout, payout.providerId, 4);
  await give(ann, payout, 'unblock', { reason: 'Only a typo' });
  await dispute(payout, payout.customerId, 5);
  const disputed = await now(payout);
  expect(disputed).toMatchObject({ status: 'BLOCKED', holds: [{ by: payout.customerId }] });

  await world.database.query('delete from inbox where event_id = $1', [first.id]);
  await world.replay(first);
  await world.untilReplayed();
  expect(await now(payout)).toEqual(disputed);
});

test('a cancellation hold cannot be lifted, and a hold beside it can', async () => {
  const parties = newParties();
  const [propose, confirm, cancel] = history(['propose', 'confirm', 'cancel'], parties);
  if (!propose || !confirm || !cancel) throw new Error('unreachable');
  await world.publishInTurn(propose, confirm);
  const payout = await world.untilPayout(parties.assignmentId, { status: 'PENDING' });
  const check = await block(payout, 'Check');
  await world.publishInTurn(cancel);
  const { holds } = await now(payout);
  expect(holds.map(({ kind }) => kind).sort()).toEqual(['CANCELLED', 'MANUAL']);
  for (const named of [undefined, [cancel.id], [check.id, cancel.id]])
    expect(await give(ann, payout, 'unblock', { reason: 'Go on', holds: named })).toMatchObject(refused);
  expect(await give(ann, payout, 'unblock', { reason: 'Checked', holds: [check.id] })).toMatchObject({
    ...{ status: 200 },
    body: { status: 'BLOCKED', holds: [{ kind: 'CANCELLED' }] },
  });
});

test('unblock refuses an unknown, lifted or foreign hold and an empty list', async () => {
  const payout = await awaiting();
  const [hold, other] = [await block(payout, 'One'), await block(await awaiting(), 'Other')];
  await block(payout, 'Two');
  expect(await give(ann, payout, 'unblock', { reason: 'x', holds: [hold.id] })).toMatchObject({ status: 200 });
  for (const holds of [[hold.id], [other.id], [randomUUID()]])
    expect(await give(ann, payout, 'unblock', { reason: 'x', holds })).toMatchObject(refused);
  for (const holds of [[], ['x'], 'all'])
    expect(await give(ann, payout, 'unblock', { reason: 'x', holds })).toMatchObject({
      ...{ status: 400, body: { code: 'validation-failed' } },
    });
});

test('racing unblocks lift each hold once, and the last one unblocks the payout', async () => {
  const payout = await awaiting();
  const holds = [await block(payout, 'One'), await block(payout, 'Two')];
  const people = Array.from({ length: 4 }, () => randomUUID());
  const answers = await Promise.all(
    people.flatMap((by) => holds.map(({ id }) => give(by, payout, 'unblock', { reason: 'x', holds: [id] }))),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 409, 409, 409, 409, 409, 409]);
  expect(await now(payout)).toMatchObject({ status: 'AWAITING_APPROVAL', holds: [] });
});

test('a block that races an unblock of all holds stands or is lifted with them', async () => {
  for (let round = 0; round < 5; round += 1) {
    const payout = await awaiting();
    await block(payout, 'First');
    const [lifted] = await Promise.all([give(ann, payout, 'unblock', { reason: 'x' }), block(payout, 'Fraud')]);
    const { status, holds } = await now(payout);
    expect(lifted.status).toBe(200);
    expect(status).toBe(holds.length > 0 ? 'BLOCKED' : 'AWAITING_APPROVAL');
    if (holds.length > 0) expect(holds).toMatchObject([{ reason: 'Fraud' }]);
  }
});

test('a block that races mark-paid precedes it or is refused', async () => {
  for (let round = 0; round < 5; round += 1) {
    const payout = await approved();
    const path = `POST /payouts/${payout.id}/block`;
    const [paid, blocked] = await Promise.all([
      give(ann, payout, 'mark-paid', { reference: `SEPA ${round}` }),
      world.call('ops', opa, path, { body: { reason: 'Stop' } }),
    ]);
    expect([paid.status, blocked.status].toSorted()).toEqual([200, 409]);
    expect((await now(payout)).status).toBe(paid.status === 200 ? 'PAID' : 'BLOCKED');
  }
});
