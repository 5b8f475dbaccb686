import { afterAll, beforeAll, expect, test } from 'vitest';
import { history, newParties, scheduleEvent } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts();
});

afterAll(() => world.stop());

const reasons = async (eventId: string) =>
  (await world.peer.readStream('DLQ'))
    .filter((letter) => letter.json<{ id: string }>().id === eventId)
    .map(({ headers }) => headers?.get('Dlq-Reason'));

const inInbox = async (eventId: string) =>
  (await world.database.query("select from inbox where consumer = 'payouts-schedule' and event_id = $1", [eventId]))
    .rowCount;

test('a known version with another event id is a dead letter without effect, and its neighbours are applied', async () => {
  const parties = newParties();
  const [proposed, confirmed] = history(['propose', 'confirm'], parties);
  if (!proposed || !confirmed) throw new Error('two events');
  await world.publishInTurn(proposed, confirmed);
  const { id } = await world.untilPayout(parties.assignmentId, { status: 'PENDING' });
  const contradicting = scheduleEvent('schedule.cancelled', 2, { ...parties, status: 'CANCELLED', reason: 'Forged' });
  const completed = scheduleEvent('schedule.completed', 3, { ...parties, status: 'COMPLETED' });

  await world.publish(contradicting, completed);
  await world.publishAgain(confirmed);
  await world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
  await world.untilConsumed();

  expect(await reasons(contradicting.id)).toEqual([`contradicts version 2: known as event ${confirmed.id}`]);
  expect(await reasons(confirmed.id)).toEqual([]);
  expect(await inInbox(contradicting.id)).toBe(0);
  expect(await world.untilPayout(parties.assignmentId, { id })).toMatchObject({ blockedBecause: null });
});

test('the second of two events for a version in one batch is refused', async () => {
  const parties = newParties();
  const events = history(['propose', 'confirm'], parties);
  const second = scheduleEvent('schedule.proposed', 1, { ...parties, status: 'PROPOSED' });
  const locked = newParties();
  await world.publishInTurn(...history(['propose', 'confirm'], locked));
  const row = await world.holdRow('assignment_view', locked.assignmentId);
  await world.publish(scheduleEvent('schedule.completed', 3, { ...locked, status: 'COMPLETED' }));
  await world.untilWaiting(1);
  await world.publish(...events, second);
  await row.release();
  await world.untilConsumed();

  expect(await reasons(second.id)).toEqual([`contradicts version 1: known as event ${events[0]?.id}`]);
});

test('a version that the previous release has applied contradicts nothing', async () => {
  const parties = newParties();
  await world.publishInTurn(...history(['propose', 'confirm'], parties));
  await world.database.query(`update assignment_view set event_ids = '{}' where assignment_id = $1`, [
    parties.assignmentId,
  ]);
  const other = scheduleEvent('schedule.confirmed', 2, { ...parties, status: 'CONFIRMED' });
  await world.publishInTurn(other);

  expect(await reasons(other.id)).toEqual([]);
  expect(await inInbox(other.id)).toBe(1);
});
