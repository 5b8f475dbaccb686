import { expect, test } from 'vitest';
import { findLost, type HeldStream, holds, type Stored } from './lost-events.ts';

/** A stream that holds these ids, beginning with this sequence. */
function streamOf(ids: readonly (string | undefined)[], firstSequence = 1): HeldStream & { asked: number[] } {
  const asked: number[] = [];
  return {
    createdAt: 0,
    firstSequence,
    lastSequence: firstSequence + ids.length - 1,
    asked,
    idAt: async (sequence) => {
      asked.push(sequence);
      return ids[sequence - firstSequence];
    },
  };
}

/** The events e1, e2, … at the sequences 1, 2, …, newest first. */
function published(count: number): Stored[] {
  return Array.from({ length: count }, (_, index) => ({ id: `e${count - index}`, sequence: count - index }));
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `e${from + index}`);

async function lostOf(stream: HeldStream, remembered: readonly Stored[], { size = 3, sameStream = true } = {}) {
  const pages = async function* () {
    for (let at = 0; at < remembered.length; at += size) yield remembered.slice(at, at + size);
  };
  const lost = await Array.fromAsync(findLost(stream, pages(), { sameStream }));
  return lost
    .flat()
    .map(({ id }) => id)
    .toReversed();
}

test('a whole stream costs one look at its newest events', async () => {
  const stream = streamOf(ids(1, 30));
  expect(await lostOf(stream, published(30))).toEqual([]);
  expect(stream.asked).toEqual([30, 29, 28]);
});

test('events beyond the end are lost', async () => {
  expect(await lostOf(streamOf(ids(1, 10)), published(17))).toEqual(ids(11, 17));
});

test('events whose sequences hold newer ones are lost', async () => {
  const stream = streamOf([...ids(1, 10), 'e20', 'e21']);
  expect(await lostOf(stream, published(17))).toEqual(ids(11, 17));
});

test('events missing at the end are lost although the sequences go on', async () => {
  const stream = streamOf([...ids(1, 10), ...ids(11, 17).map(() => undefined)]);
  expect(await lostOf(stream, published(17))).toEqual(ids(11, 17));
});

test('a message that was deleted further down is not lost', async () => {
  const stream = streamOf([...ids(1, 8), undefined, ...ids(10, 12)]);
  expect(await lostOf(stream, published(15))).toEqual(ids(13, 15));
});

test('events before the first sequence are not lost', async () => {
  expect(await lostOf(streamOf(ids(11, 20), 11), published(22))).toEqual(ids(21, 22));
  expect(await lostOf(streamOf([], 21), published(20))).toEqual([]);
});

test('an empty new stream has lost everything, without a question', async () => {
  const stream = streamOf([]);
  expect(await lostOf(stream, published(20), { sameStream: false })).toEqual(ids(1, 20));
  expect(stream.asked).toEqual([]);
});

test('another stream is compared with everything', async () => {
  const stream = streamOf(['e1', 'e7', 'e3', undefined, ...ids(5, 20)]);
  expect(await lostOf(stream, published(20), { sameStream: false })).toEqual(['e2', 'e4']);
});

test('an event is held where it was stored, and nowhere else', async () => {
  const stream = streamOf(ids(1, 3));
  expect(await holds(stream, { id: 'e3', sequence: 3 })).toBe(true);
  expect(await holds(stream, { id: 'e3', sequence: 2 })).toBe(false);
  expect(await holds(stream, { id: 'e4', sequence: 4 })).toBe(false);
});

test('exactly the events after the parting are found, wherever it is and however many came since', async () => {
  for (const size of [1, 4, 30]) {
    for (let kept = 0; kept <= 20; kept += 1) {
      for (const since of [0, 1, 5, 19, 20, 40]) {
        const stream = streamOf([...ids(1, kept), ...Array.from({ length: since }, (_, index) => `new${index}`)]);
        expect(await lostOf(stream, published(20), { size })).toEqual(kept < 20 ? ids(kept + 1, 20) : []);
      }
    }
  }
});
