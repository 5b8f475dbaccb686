import { PassThrough } from 'node:stream';
import { setImmediate as tick } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { createTurns } from './turns.ts';

afterEach(() => {
  vi.useRealTimers();
});

function setting(limits: Partial<Parameters<typeof createTurns>[0]> = {}) {
  const take = createTurns({ connections: 2, perSender: 1, queue: 10, waitMs: 60_000, ...limits });
  /** The senders of the requests that got their turn, in order. */
  const begun: string[] = [];
  const refused: unknown[] = [];
  const ends: ((bytes: number) => void)[] = [];
  const ask = (sender: string) => {
    const client = new PassThrough();
    take(sender, client).then(
      (end) => {
        begun.push(sender);
        ends.push(end);
      },
      (error) => refused.push({ sender, code: error.code }),
    );
    return client;
  };
  const endFirst = async (bytes = 0) => {
    ends.shift()?.(bytes);
    await tick();
  };
  return { ask, begun, refused, endFirst };
}

test('senders take turns, however many requests each of them has waiting', async () => {
  const { ask, begun, endFirst } = setting({ connections: 1 });
  for (const sender of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) ask(sender);
  for (let n = 0; n < 7; n += 1) await endFirst();
  expect(begun).toEqual(['a', 'b', 'c', 'a', 'b', 'a', 'a']);
});

test('a sender at its limit leaves free connections to others', async () => {
  const { ask, begun, endFirst } = setting({ connections: 4, perSender: 2 });
  for (const sender of ['a', 'a', 'a', 'a', 'b']) ask(sender);
  await tick();
  expect(begun).toEqual(['a', 'a', 'b']);
  await endFirst();
  expect(begun).toEqual(['a', 'a', 'b', 'a']);
});

test('the sender with fewer requests in progress goes first', async () => {
  const { ask, begun, endFirst } = setting({ connections: 3, perSender: 3 });
  for (const sender of ['a', 'a', 'c', 'a', 'b']) ask(sender);
  await tick();
  await endFirst();
  expect(begun).toEqual(['a', 'a', 'c', 'b']);
});

test('a sender with large responses has one request in progress, and others as many as before', async () => {
  const { ask, begun, endFirst } = setting({ connections: 10, perSender: 3 });
  for (const sender of ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'b']) ask(sender);
  await tick();
  expect(begun.join('')).toBe('aaabbb');
  await endFirst(300_000);
  await endFirst();
  expect(begun.join('')).toBe('aaabbb');
  await endFirst();
  expect(begun.join('')).toBe('aaabbba');
});

test('a request waits while others of its sender begin, and is refused when none does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ask, begun, refused, endFirst } = setting({ connections: 1, waitMs: 1_000 });
  for (let n = 0; n < 3; n += 1) ask('a');
  await tick();
  vi.advanceTimersByTime(900);
  await endFirst();
  vi.advanceTimersByTime(900);
  await tick();
  expect({ begun, refused }).toEqual({ begun: ['a', 'a'], refused: [] });
  vi.advanceTimersByTime(100);
  await tick();
  expect(refused).toEqual([{ sender: 'a', code: 'upstream-timeout' }]);
});

test('a full queue refuses the latest request of the sender with most of it', async () => {
  const { ask, begun, refused, endFirst } = setting({ connections: 1, queue: 3 });
  for (const sender of ['a', 'a', 'a', 'a', 'b', 'b']) ask(sender);
  await tick();
  expect(refused).toHaveLength(2);
  expect(refused).toContainEqual({ sender: 'a', code: 'unavailable' });
  expect(refused).toContainEqual({ sender: 'b', code: 'unavailable' });
  for (let n = 0; n < 4; n += 1) await endFirst();
  expect(begun).toEqual(['a', 'b', 'a', 'a']);
});

test('a request whose client leaves gives its place to the next', async () => {
  const { ask, begun, endFirst } = setting({ connections: 1 });
  ask('a');
  const leaving = ask('b');
  ask('c');
  await tick();
  leaving.destroy();
  await tick();
  await endFirst();
  await endFirst();
  expect(begun).toEqual(['a', 'c']);
});
