import { type ScheduleEvent, Timeline } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import fc from 'fast-check';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyScheduleEvent, type FollowedAssignment } from '../src/domain/apply-schedule-event.ts';

import { unknownAssignment } from '../src/domain/assignment-view.ts';
import type { PayoutState } from '../src/domain/payout.ts';
import { presentPayout } from '../src/domain/present.ts';
import { history, legalSteps, newParties, type ScheduleStep, scheduleEvent } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
});

afterAll(() => world.stop());

async function happened(...steps: ScheduleStep[]) {
  const parties = newParties();
  const events = history(steps, parties);
  await world.publishInTurn(...events);
  return { ...parties, events };
}

test('a confirmed window opens a payout, publishes it and records it in the timeline', async () => {
  const { assignmentId, events, ...parties } = await happened('propose', 'confirm');
  const payout = await world.untilPayout(assignmentId, { status: 'PENDING' });
  expect(payout).toMatchObject({
    ...parties,
    assignmentId,
    amount: { amountMinor: 18_500, currency: 'EUR' },
    onHold: false,
    version: 1,
    approvals: [],
    approvalsNeeded: 1,
    blockedBecause: null,
    paidAt: null,
    paymentReference: null,
  });

  const [pending] = await world.published(1, assignmentId);
  expect(pending).toMatchObject({
    type: 'payout.pending',
    source: '/payouts',
    subject: assignmentId,
    sequence: '0000000001',
    data: { payoutId: payout.id, version: 1, status: 'PENDING', onHold: false },
  });

  const { body } = await world.call('provider', parties.providerId, `GET /payouts/${payout.id}/timeline`);
  const { items } = Timeline.parse(body);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({
    version: 1,
    type: 'payout.pending',
    actor: events[1]?.data.actor,
    source: 'EVENT',
    before: {},
    after: { status: 'PENDING', amount: { amountMinor: 18_500, currency: 'EUR' } },
    at: payout.createdAt,
  });
});

test('events carry the title that the latest event of the assignment had', async () => {
  const parties = newParties();
  const titled = (jobTitle?: string) => (event: ScheduleEvent) =>
    ({ ...event, data: { ...event.data, jobTitle } }) as ScheduleEvent;
  const [propose, confirm, again, reconfirm, complete] = history(
    ['propose', 'confirm', 'propose', 'confirm', 'complete'],
    parties,
  );
  if (!propose || !confirm || !again || !reconfirm || !complete) throw new Error('unreachable');
  // As of 1.0, which has no titles.
  await world.publishInTurn(...[propose, confirm].map(titled()));
  await world.untilPayout(parties.assignmentId, { status: 'PENDING', version: 1 });
  await world.publishInTurn(
    titled('Leak')(again),
    titled('Leak in the cellar')(reconfirm),
    titled('Leak, fixed')(complete),
  );
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  // It changes nothing but the title.
  await world.publishInTurn(
    titled('Leak, sealed')(scheduleEvent('schedule.completed', 6, { ...parties, status: 'COMPLETED' })),
  );
  expect(await world.payoutOf(parties.assignmentId)).toMatchObject({ body: { version: 4 } });
  await world.call('finance', newParties().customerId, `POST /payouts/${id}/block`, { body: { reason: 'A look' } });
  const events = await world.published(5, parties.assignmentId);
  expect(events.map(({ data }) => data.jobTitle)).toEqual([
    null,
    'Leak',
    'Leak in the cellar',
    'Leak, fixed',
    'Leak, sealed',
  ]);
});

test('schedule.assigned opens nothing', async () => {
  const parties = newParties();
  await world.publishInTurn(scheduleEvent('schedule.assigned', 0, parties));
  expect((await world.payoutOf(parties.assignmentId)).status).toBe(404);
  await world.publishInTurn(...history(['propose', 'confirm'], parties));
  await world.untilPayout(parties.assignmentId, { status: 'PENDING', version: 1 });
});

test('holding, releasing and awaiting approval each make one version and one event', async () => {
  const { assignmentId } = await happened(
    'propose',
    'confirm',
    'propose',
    'confirm',
    'rejectWindow',
    'propose',
    'confirm',
    'complete',
  );
  const payout = await world.untilPayout(assignmentId, { status: 'AWAITING_APPROVAL' });
  const events = await world.published(6, assignmentId);
  expect(events.map(({ type, data }) => [data.version, type, data.onHold])).toEqual([
    [1, 'payout.pending', false],
    [2, 'payout.pending', true],
    [3, 'payout.pending', false],
    [4, 'payout.pending', true],
    [5, 'payout.pending', false],
    [6, 'payout.awaiting_approval', false],
  ]);
  expect(payout).toMatchObject({ version: 6, onHold: false });

  const { items } = Timeline.parse(
    (await world.call('finance', newParties().customerId, `GET /payouts/${payout.id}/timeline`)).body,
  );
  expect(items[1]).toMatchObject({ version: 2, before: { onHold: false }, after: { onHold: true } });
  expect(items.at(-1)).toMatchObject({ before: { status: 'PENDING' }, after: { status: 'AWAITING_APPROVAL' } });
});

test.each<[ScheduleStep, string]>([
  ['decline', 'declined: Booked elsewhere'],
  ['cancel', 'cancelled: Not needed any more'],
  ['dispute', 'disputed, NO_SHOW: Nobody came'],
])('%s blocks the payout with its reason', async (step, blockedBecause) => {
  const { assignmentId } = await happened('propose', 'confirm', step);
  await world.untilPayout(assignmentId, { status: 'BLOCKED', blockedBecause, version: 2 });
  const events = await world.published(2, assignmentId);
  expect(events[1]).toMatchObject({ type: 'payout.blocked', data: { blockedBecause } });
});

test('an assignment that was never confirmed has no payout', async () => {
  const { assignmentId } = await happened('propose', 'expire');
  await world.untilConsumed();
  expect(await world.payoutOf(assignmentId)).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

test('duplicated and reordered events on two instances give the same final state', async () => {
  const arrivals = fc
    .array(fc.nat(5), { maxLength: 8 })
    .map((picks) => history(legalSteps([0, 0, ...picks]), newParties()))
    .chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
    );
  const samples = fc.sample(arrivals, { numRuns: 40, seed: 7 });
  await Promise.all(samples.map(([, arrived]) => world.publishAgain(...arrived)));
  await world.untilConsumed();

  for (const [events] of samples) {
    const assignmentId = events[0]?.data.assignmentId ?? '';
    const { body } = await world.payoutOf(assignmentId);
    const { status, onHold, holds, blockedBecause, amount, approvals } = presentPayout(inOrder(events));
    expect(body).toMatchObject({ assignmentId, status, onHold, holds, blockedBecause, amount, approvals });

    const told = await world.published(Number(body.version), assignmentId);
    expect(told.map(({ data }) => data.version)).toEqual(told.map((_, index) => index + 1));
    expect(told.at(-1)?.data).toMatchObject({ version: body.version, status, onHold, holds, blockedBecause });
  }
});

test('redelivering the whole stream applies no event twice', async () => {
  const { assignmentId } = await happened('propose', 'confirm', 'propose');
  const before = await world.untilPayout(assignmentId, { version: 2 });
  await world.untilConsumed();
  const { state } = await world.peer.manager.streams.info('PAYOUT');

  await world.peer.manager.consumers.delete('SCHEDULE', 'payouts-schedule');
  await eventually(() => world.peer.manager.consumers.info('SCHEDULE', 'payouts-schedule'));
  await world.untilConsumed();

  expect((await world.payoutOf(assignmentId)).body).toEqual(before);
  expect((await world.peer.manager.streams.info('PAYOUT')).state.messages).toBe(state.messages);
});

test('a replay applies only events that were not applied before', async () => {
  const { assignmentId, events } = await happened('propose', 'confirm');
  const before = await world.untilPayout(assignmentId, { version: 1 });
  const lost = history(['propose', 'confirm'], newParties());
  await world.replay(...events, ...lost);
  const filled = lost[0]?.data.assignmentId ?? '';
  await world.untilPayout(filled, { status: 'PENDING', version: 1 });

  await world.replay(...lost, ...events);
  await world.untilReplayed();

  expect((await world.payoutOf(assignmentId)).body).toEqual(before);
  expect((await world.payoutOf(filled)).body).toMatchObject({ version: 1 });
});

test('an event whose transaction failed is retried and applied once', async () => {
  const parties = newParties();
  const [propose, confirm] = history(['propose', 'confirm'], parties);
  if (!propose || !confirm) throw new Error('unreachable');
  await world.publish(propose);
  await world.untilConsumed();

  const hold = await world.holdRow('assignment_view', parties.assignmentId);
  await world.publish(confirm);
  await world.untilWaiting(1);
  await world.breakWaiting();
  await hold.release();

  await world.untilPayout(parties.assignmentId, { status: 'PENDING', version: 1 });
  expect(await world.published(1, parties.assignmentId)).toHaveLength(1);
});

test('an event whose assignment another instance has just added is applied on top of it', async () => {
  const parties = newParties();
  const [propose, confirm, complete] = history(['propose', 'confirm', 'complete'], parties);
  if (!propose || !confirm || !complete) throw new Error('unreachable');
  const { scheduleVersion: version } = complete.data;
  const hold = await world.holdNewAssignment(parties.assignmentId, { version, status: 'COMPLETED' });
  await world.publish(confirm);
  await world.untilWaiting(1);
  await hold.release();

  await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
});

test('payouts keeps its events while NATS is unavailable and publishes them later', async () => {
  const { assignmentId } = await happened('propose', 'confirm', 'complete');
  const { id } = await world.untilPayout(assignmentId, { status: 'AWAITING_APPROVAL' });
  await world.environment.stopNats();
  const approved = await world.call('finance', newParties().customerId, `POST /payouts/${id}/approve`);
  expect(approved).toMatchObject({ status: 200, body: { status: 'APPROVED', version: 3 } });
  await world.environment.startNatsAgain();
  const events = await world.published(3, assignmentId);
  expect(events.map(({ type }) => type)).toEqual(['payout.pending', 'payout.awaiting_approval', 'payout.approved']);
});

function inOrder(events: readonly ScheduleEvent[]): PayoutState {
  let known: FollowedAssignment = { view: unknownAssignment(events[0]?.data.assignmentId ?? ''), payout: undefined };
  for (const event of events) {
    const { view, versions } = applyScheduleEvent(
      known,
      event,
      { id: '', twoPersonMinor: 100_000 },
      Temporal.Now.instant(),
    );
    known = { view, payout: versions.at(-1) ?? known.payout };
  }
  if (!known.payout) throw new Error('no payout follows');
  return known.payout;
}
