import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(() => world.stop());

// Why reminders does not consume `person.erased` (ADR 0015). Whoever keeps a text here has to erase it, too.
test('nothing that people wrote is kept in MongoDB, nor sent on', async () => {
  const word = randomUUID();
  const parties = { assignmentId: randomUUIDv7(), customerId: randomUUID(), providerId: randomUUID() };
  const texts = { notes: `Notes ${word}`, reason: `Reason ${word}`, jobTitle: `Title ${word}` };
  const about = (hours: number) => ({ ...parties, ...texts, window: windowAt(new Date(), hours * hourMs) });
  const events = [
    scheduleEvent('schedule.proposed', 1, { ...parties, window: windowAt(new Date(), 240 * hourMs) }),
    scheduleEvent('schedule.confirmed', 2, { ...parties, window: windowAt(new Date(), 2 * hourMs) }),
    scheduleEvent('schedule.cancelled', 3, { ...parties, window: windowAt(new Date(), 2 * hourMs) }),
  ];
  // Also a text of a later release, which this one does not know.
  for (const event of events) {
    const data = { ...event.data, ...about(2), window: event.data.window };
    await world.broker.jetstream.publish(event.type, JSON.stringify({ ...event, data }));
  }
  await world.untilReminders(parties.assignmentId, [
    'respond SUPPRESSED ANSWERED',
    'respond-last SUPPRESSED ANSWERED',
    'upcoming-24h SUPPRESSED CANCELLED',
    'upcoming-1h SUPPRESSED CANCELLED',
  ]);
  const collections = await world.store.db.listCollections().toArray();
  const kept = await Promise.all(collections.map(({ name }) => world.store.db.collection(name).find().toArray()));
  expect(JSON.stringify(kept)).toContain(parties.assignmentId);
  expect(JSON.stringify(kept)).not.toContain(word);
  expect(JSON.stringify(await world.published(parties.assignmentId))).not.toContain(word);
});
