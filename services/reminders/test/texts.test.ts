import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { makePersonErased, type ScheduleEvent, type ScheduleEventType } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders({ instances: 2 });
});

afterAll(() => world.stop());

const newParties = () => ({ assignmentId: randomUUIDv7(), customerId: randomUUID(), providerId: randomUUID() });
type Parties = ReturnType<typeof newParties>;

/** As scheduling publishes it, with a word in every text, also in one that this release does not know. */
function eventWith(word: string, type: ScheduleEventType, version: number, parties: Parties): ScheduleEvent {
  const event = scheduleEvent(type, version, { ...parties, window: windowAt(Temporal.Now.instant(), 240 * hourMs) });
  const texts = { notes: `Notes ${word}`, reason: `Reason ${word}`, description: `More ${word}` };
  return { ...event, data: { ...event.data, ...texts, jobTitle: `Title ${word}` } } as ScheduleEvent;
}

/** Everything that is stored, and has the word. */
async function storedWith(word: string): Promise<string[]> {
  const collections = await world.store.db.listCollections().toArray();
  const all = await Promise.all(collections.map(({ name }) => world.store.db.collection(name).find().toArray()));
  return all
    .flat()
    .map((document) => JSON.stringify(document))
    .filter((text) => text.includes(word));
}

const titleOf = async ({ assignmentId }: Parties) =>
  (await world.store.assignments.findOne({ _id: assignmentId }))?.title?.text;

async function apply(...events: ScheduleEvent[]): Promise<void> {
  await world.publish(...events);
  await world.peer.untilConsumed('SCHEDULE', 'reminders-schedule');
}

let erasures = 0;

async function erase(personId: string, at = Temporal.Now.instant().add({ seconds: 60 })): Promise<void> {
  erasures += 1;
  const data = { personId, at: at.toString({ smallestUnit: 'millisecond' }) };
  const event = makePersonErased({ id: randomUUIDv7(), sequence: erasures, data });
  await world.peer.jetstream.publish(event.type, JSON.stringify(event));
  await world.peer.untilConsumed('SCHEDULE', 'reminders-person');
}

test('reminders stores the title of the job and no other text, and publishes it', async () => {
  const [word, parties] = [randomUUID(), newParties()];
  await apply(eventWith(word, 'schedule.assigned', 0, parties));
  expect(await storedWith(word)).toEqual([]);
  await apply(eventWith(word, 'schedule.proposed', 1, parties));
  const events = await eventually(async () => {
    const published = await world.published(parties.assignmentId);
    expect(published.length).toBeGreaterThan(1);
    return published;
  });
  expect(events.map(({ data }) => data.jobTitle)).toEqual(events.map(() => `Title ${word}`));
  expect(JSON.stringify(events).replaceAll(`Title ${word}`, '')).not.toContain(word);
  const stored = await storedWith(word);
  expect(stored).toHaveLength(1);
  expect(stored[0]?.replaceAll(`Title ${word}`, '')).not.toContain(word);
});

test('events carry null for an assignment that 1.0 told of, and the title of the next event', async () => {
  const parties = newParties();
  const { jobTitle: _, ...data } = eventWith('old', 'schedule.proposed', 1, parties).data;
  const old = { ...eventWith('old', 'schedule.proposed', 1, parties), data } as ScheduleEvent;
  await apply(old);
  // As an instance of 1.0 stores it.
  await world.store.assignments.updateOne({ _id: parties.assignmentId }, { $unset: { title: '' } });
  await apply(eventWith('new', 'schedule.confirmed', 2, parties));
  await eventually(async () => {
    const titles = (await world.published(parties.assignmentId)).map(({ type, data }) => [type, data.jobTitle]);
    expect(titles.filter(([type]) => type === 'reminder.queued').map(([, title]) => title)).toEqual([
      ...[null, null, 'Title new', 'Title new'],
    ]);
  });
});

test.each(['customerId', 'providerId'] as const)(
  'an erasure of the %s erases the title, and nothing else',
  async (side) => {
    const [word, parties, others] = [randomUUID(), newParties(), newParties()];
    await apply(
      eventWith(word, 'schedule.proposed', 1, parties),
      eventWith(`other ${side}`, 'schedule.proposed', 1, others),
    );
    const before = await world.store.assignments.findOne({ _id: parties.assignmentId });
    await erase(parties[side]);
    expect(await storedWith(word)).toEqual([]);
    const after = await world.store.assignments.findOne({ _id: parties.assignmentId });
    expect(after).toEqual({ ...before, title: { ...before?.title, text: '[erased]' } });
    expect(await titleOf(others)).toBe(`Title other ${side}`);

    await apply(eventWith(word, 'schedule.confirmed', 2, parties));
    await eventually(async () => {
      const events = await world.published(parties.assignmentId);
      const queued = events.filter(({ data }) => data.scheduleVersion === 2);
      expect(queued.map(({ data }) => data.jobTitle)).toEqual(['[erased]', '[erased]']);
    });
    expect(await storedWith(word)).toEqual([]);
  },
);

test('an event from before an erasure brings no title back, and a later one does', async () => {
  const [word, parties] = [randomUUID(), newParties()];
  await erase(parties.customerId);
  await apply(eventWith(word, 'schedule.proposed', 1, parties));
  expect(await titleOf(parties)).toBe('[erased]');
  expect(await storedWith(word)).toEqual([]);
  const later = Temporal.Now.instant().add({ seconds: 120 });
  await apply({
    ...eventWith('since', 'schedule.confirmed', 2, parties),
    time: later.toString({ smallestUnit: 'millisecond' }),
  });
  expect(await titleOf(parties)).toBe('Title since');
  // Delivered again, the erasure leaves what is newer.
  await erase(parties.customerId);
  expect(await titleOf(parties)).toBe('Title since');
});
