import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders();
});

afterAll(() => world.stop());

const newParties = () => ({
  assignmentId: randomUUIDv7(),
  customerId: randomUUID(),
  providerId: randomUUID(),
  window: windowAt(Temporal.Now.instant(), 240 * hourMs),
});

const reasons = async (eventId: string) =>
  (await world.peer.readStream('DLQ'))
    .filter((letter) => letter.json<{ id: string }>().id === eventId)
    .map(({ headers }) => headers?.get('Dlq-Reason'));

test('a known version with another event id is a dead letter without effect, and its neighbours are applied', async () => {
  const parties = newParties();
  const confirmed = scheduleEvent('schedule.confirmed', 2, parties);
  await world.publish(confirmed);
  await world.untilConsumed();
  const before = await world.store.assignments.findOne({ _id: parties.assignmentId });
  const contradicting = scheduleEvent('schedule.cancelled', 2, parties);
  const neighbour = scheduleEvent('schedule.confirmed', 1, newParties());

  await world.publish(contradicting, neighbour);
  await world.publishAgain(confirmed);
  await world.untilConsumed();

  expect(await reasons(contradicting.id)).toEqual([`contradicts version 2: known as event ${confirmed.id}`]);
  expect(await reasons(confirmed.id)).toEqual([]);
  expect(await world.store.assignments.findOne({ _id: parties.assignmentId })).toMatchObject({
    version: 2,
    open: before?.open,
    eventIds: { 2: confirmed.id },
  });
  expect(await world.store.assignments.findOne({ _id: neighbour.data.assignmentId })).toMatchObject({ version: 1 });
});

test('a version that the previous release has applied contradicts nothing', async () => {
  const parties = newParties();
  await world.publish(scheduleEvent('schedule.confirmed', 2, parties));
  await world.untilConsumed();
  await world.store.assignments.updateOne({ _id: parties.assignmentId }, { $unset: { eventIds: '' } });
  const other = scheduleEvent('schedule.confirmed', 2, parties);
  const next = scheduleEvent('schedule.cancelled', 3, parties);
  await world.publish(other, next);
  await world.untilConsumed();

  expect(await reasons(other.id)).toEqual([]);
  expect(await world.store.assignments.findOne({ _id: parties.assignmentId })).toMatchObject({
    version: 3,
    eventIds: { 3: next.id },
  });
});
