import { randomUUIDv7 } from 'node:crypto';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders();
}, 60_000);

afterAll(() => world.stop());

test('keeps each published event with its place in the stream, and without the title', async () => {
  const assignmentId = randomUUIDv7();
  const window = windowAt(Temporal.Now.instant(), hourMs + 1_000);
  await world.publish(scheduleEvent('schedule.confirmed', 2, { assignmentId, window, jobTitle: 'The tap leaks' }));
  await eventually(async () => expect(await world.published(assignmentId)).toHaveLength(3));
  const info = await world.peer.manager.streams.info('REMINDER');
  await eventually(async () => {
    const kept = await world.store.published.find({ assignmentId }).sort({ sequence: 1 }).toArray();
    const onStream = (await world.peer.readStream('REMINDER')).filter(
      (message) => message.json<{ subject: string }>().subject === assignmentId,
    );
    expect(kept.map(({ streamSequence }) => streamSequence)).toEqual(onStream.map(({ seq }) => seq));
    expect(kept.map(({ payload }) => JSON.parse(payload))).toEqual(
      onStream.map((message) => {
        const event = message.json<{ data: object }>();
        return { ...event, data: { ...event.data, jobTitle: null } };
      }),
    );
    expect(kept.map(({ stream }) => stream)).toEqual(kept.map(() => Date.parse(info.created)));
  });
  const indexes = await world.store.published.indexes();
  expect(indexes.find(({ key }) => 'at' in key)?.expireAfterSeconds).toBe(7 * 86_400);
});
