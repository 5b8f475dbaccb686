import { randomUUID } from 'node:crypto';
import { scheduleEvents } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  createDeadLetterGroups,
  dropSelection,
  findDeadLetter,
  freezeDeadLetters,
  inspectDeadLetter,
  pageDeadLetters,
  redriveInSteps,
  selectDeadLetters,
} from '../src/index.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world?.stop());

beforeEach(async () => {
  for (const stream of ['DLQ', 'SCHEDULE', 'REPLAY']) await world.nats.manager.streams.purge(stream);
});

afterEach(() => world.stopPayouts());

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

/** Lets payouts give up on one event of each of these assignments, and stops it. */
async function giveUpOn(assignmentIds: readonly string[]): Promise<number[]> {
  world.startPayouts(() => true);
  for (const id of assignmentIds) await world.confirm(id);
  await eventually(async () => expect(await selectDeadLetters(world.nats, {})).toHaveLength(assignmentIds.length));
  await world.stopPayouts();
  const letters = await selectDeadLetters(world.nats, {});
  return assignmentIds.map((id) => letters.find(({ assignmentId }) => assignmentId === id)?.sequence ?? 0);
}

test('a page has as many letters as asked for, and a cursor unless it is the last', async () => {
  const assignments = ids(7);
  await giveUpOn(assignments);
  const first = await pageDeadLetters(world.nats, {}, { limit: 4 });
  expect(first.letters).toHaveLength(4);
  const second = await pageDeadLetters(world.nats, {}, { after: first.next, limit: 3 });
  expect(second).toMatchObject({ letters: { length: 3 }, next: undefined });
  const seen = [...first.letters, ...second.letters].map(({ assignmentId }) => assignmentId);
  expect(new Set(seen)).toEqual(new Set(assignments));

  expect(await pageDeadLetters(world.nats, { assignment: assignments[2] })).toMatchObject({
    letters: [{ consumer: 'payouts-schedule', assignmentId: assignments[2], bodyAt: 'LETTER' }],
    next: undefined,
  });
  expect(await pageDeadLetters(world.nats, { consumer: 'reminders-schedule' })).toEqual({
    letters: [],
    next: undefined,
  });
});

test('groups put letters together that differ in ids only, and follow what comes and goes', async () => {
  const groups = createDeadLetterGroups();
  expect(await groups(world.nats)).toEqual([]);
  const sequences = (await giveUpOn(ids(3))).toSorted((a, b) => a - b);
  await world.nats.jetstream.publish('dlq.reminders-schedule', '{}');
  const cause = 'No rate for assignment …';
  const [most, other, ...more] = await groups(world.nats);
  expect(most).toMatchObject({
    ...{ consumer: 'payouts-schedule', cause, count: 3 },
    first: { sequence: sequences[0], reason: expect.stringContaining('No rate for assignment ') },
    last: { sequence: sequences[2] },
  });
  expect(other).toMatchObject({ consumer: 'reminders-schedule', cause: '', count: 1 });
  expect(more).toEqual([]);
  expect((await freezeDeadLetters(world.nats, { cause })).selection.sequences).toEqual(sequences);
  expect((await pageDeadLetters(world.nats, { cause })).letters).toHaveLength(3);

  await world.nats.manager.streams.deleteMessage('DLQ', sequences[1] ?? 0);
  await lateLetter();
  expect(await groups(world.nats)).toMatchObject([
    { cause, count: 2, first: { sequence: sequences[0] } },
    { consumer: 'reminders-schedule', count: 1 },
    { consumer: 'payouts-schedule', cause: '', count: 1 },
  ]);
  await world.nats.manager.streams.deleteMessage('DLQ', sequences[0] ?? 0);
  expect(await groups(world.nats)).toMatchObject([{ count: 1 }, { count: 1 }, { count: 1 }]);
});

test('an inspected letter names the faulty field, and what came after', async () => {
  const { example } = scheduleEvents['schedule.confirmed'];
  const assignmentId = example.partitionkey;
  world.startPayouts(() => false);
  await world.publish({ ...example, data: { ...example.data, price: { amountMinor: 'much', currency: 'EUR' } } });
  await world.confirm(assignmentId, Number(example.sequence) + 1);
  await world.confirm(randomUUID(), Number(example.sequence) + 1);
  const sequence = await eventually(async () => {
    const [letter] = await selectDeadLetters(world.nats, {});
    expect(letter).toBeDefined();
    return letter?.sequence ?? 0;
  });
  expect(await inspectDeadLetter(world.nats, sequence)).toMatchObject({
    letter: { sequence, reason: expect.stringContaining('malformed') },
    check: { isKnown: true, faults: [{ path: 'data.price.amountMinor', message: expect.any(String) }] },
    after: { events: [{ type: 'schedule.confirmed', version: Number(example.sequence) + 1 }], isComplete: true },
  });
  expect(await inspectDeadLetter(world.nats, sequence + 1)).toBeUndefined();
});

test('a dropped selection leaves what arrived since, and names what is gone', async () => {
  const sequences = await giveUpOn(ids(3));
  const { selection, sample } = await freezeDeadLetters(world.nats, { consumer: 'payouts-schedule' });
  expect(selection.sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(sample.map(({ sequence }) => sequence)).toEqual(selection.sequences);
  const late = await lateLetter();
  await world.nats.manager.streams.deleteMessage('DLQ', selection.sequences[1] ?? 0);

  await expect(Array.fromAsync(dropSelection(world.nats, selection, ' '))).rejects.toThrow('Say why');
  const dropped = await Array.fromAsync(dropSelection(world.nats, selection, 'test visits'));
  expect(dropped).toMatchObject([
    { outcome: 'DROPPED', reason: 'test visits', letter: { consumer: 'payouts-schedule' } },
    { outcome: 'GONE' },
    { outcome: 'DROPPED' },
  ]);
  expect((await selectDeadLetters(world.nats, {})).map(({ sequence }) => sequence)).toEqual([late]);
});

test('a selection of a DLQ that was created again is refused', async () => {
  await giveUpOn(ids(1));
  const { selection } = await freezeDeadLetters(world.nats, {});
  const other = { ...selection, dlqCreated: '2026-01-01T00:00:00Z' };
  await expect(Array.fromAsync(redriveInSteps(world.nats, other))).rejects.toThrow('created again');
  await expect(Array.fromAsync(dropSelection(world.nats, other, 'x'))).rejects.toThrow('created again');
  expect(await selectDeadLetters(world.nats, {})).toHaveLength(1);
});

test('a redrive in steps delivers exactly the selection, and each letter once', async () => {
  await giveUpOn(ids(13));
  const { selection } = await freezeDeadLetters(world.nats, {});
  const late = await lateLetter();
  const handled: string[] = [];
  world.startPayouts((id) => {
    handled.push(id);
    return false;
  });
  const results = await Array.fromAsync(redriveInSteps(world.nats, selection));
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(13).fill('HANDLED'));
  expect(results.map(({ sequence }) => sequence)).toEqual(selection.sequences);
  expect(handled.toSorted()).toEqual(results.map(({ letter }) => letter?.assignmentId).toSorted());
  expect((await selectDeadLetters(world.nats, {})).map(({ sequence }) => sequence)).toEqual([late]);
});

test('a redrive in steps ends with the step in which a letter is dead again', async () => {
  await giveUpOn(ids(15));
  const { selection } = await freezeDeadLetters(world.nats, {});
  const poison = await findDeadLetter(world.nats, selection.sequences[5] ?? 0);
  world.startPayouts((id) => id === poison?.assignmentId);
  const results = await Array.fromAsync(redriveInSteps(world.nats, selection));
  expect(results).toHaveLength(11);
  const dead = results.filter(({ outcome }) => outcome !== 'HANDLED');
  const left = await selectDeadLetters(world.nats, {});
  expect(dead).toMatchObject([
    { sequence: poison?.sequence, outcome: 'DEAD_AGAIN', reason: expect.stringContaining('No rate') },
  ]);
  expect(left.map(({ sequence }) => sequence)).toEqual([
    ...selection.sequences.slice(11),
    dead[0]?.outcome === 'DEAD_AGAIN' ? dead[0].newSequence : undefined,
  ]);
});

test('a redrive in steps ends after as many as asked for, or when the consumer does not answer', async () => {
  await giveUpOn(ids(4));
  const { selection } = await freezeDeadLetters(world.nats, {});
  const results = await Array.fromAsync(redriveInSteps(world.nats, selection, { patienceMs: 200 }));
  expect(results).toMatchObject([{ outcome: 'WAITING', reason: expect.stringContaining('has not answered') }]);

  world.startPayouts(() => false);
  const two = await Array.fromAsync(redriveInSteps(world.nats, selection, { most: 2 }));
  expect(two.map(({ outcome }) => outcome)).toEqual(['GONE', 'HANDLED']);
  expect(await selectDeadLetters(world.nats, {})).toHaveLength(2);
});

test('a letter of a consumer that reads no replays is not redriven', async () => {
  await world.nats.jetstream.publish('dlq.nobody', '{}');
  const { selection } = await freezeDeadLetters(world.nats, {});
  expect(await Array.fromAsync(redriveInSteps(world.nats, selection))).toMatchObject([
    { outcome: 'REFUSED', reason: 'nobody reads no replays.' },
  ]);
  expect(await selectDeadLetters(world.nats, {})).toHaveLength(1);
});

/** One that arrives after a selection. */
async function lateLetter(): Promise<number> {
  const { seq } = await world.nats.jetstream.publish('dlq.payouts-schedule', '{}');
  return seq;
}
