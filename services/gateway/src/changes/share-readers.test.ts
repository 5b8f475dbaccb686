import { afterEach, expect, test, vi } from 'vitest';
import { shareReaders } from './share-readers.ts';

const { signal } = new AbortController();

afterEach(() => {
  vi.useRealTimers();
});

test('readers serve one read of each user at a time, and four in total', async () => {
  vi.useFakeTimers();
  const withReader = shareReaders();
  const begun: string[] = [];
  const reading = (user: string) =>
    withReader(user, signal, async () => {
      begun.push(user);
      await new Promise((done) => setTimeout(done, 100));
      return { messages: 1 };
    });
  const all = ['a', 'a', 'a', 'b', 'c', 'd', 'e', 'a'].map(reading);
  await vi.advanceTimersByTimeAsync(50);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'a']);
  await vi.runAllTimersAsync();
  expect(begun).toHaveLength(8);
  await Promise.all(all);
});

test('a user that has read a lot is slowed down, and others are not', async () => {
  const withReader = shareReaders();
  const read = (user: string, messages: number) => withReader(user, signal, async () => ({ messages }));
  await read('a', 2_000_000);
  await read('a', 20_000);
  const start = performance.now();
  const order: string[] = [];
  const slow = read('a', 20_000).then(() => order.push('a'));
  await read('b', 1_000).then(() => order.push('b'));
  await slow;
  expect(order).toEqual(['b', 'a']);
  expect(performance.now() - start).toBeGreaterThan(900);
});

test('a client that has left gets no reader, and a failed read frees its reader', async () => {
  const withReader = shareReaders();
  const left = new AbortController();
  left.abort(new Error('left'));
  const read = vi.fn(async () => ({ messages: 1 }));
  await expect(withReader('a', left.signal, read)).rejects.toThrow('left');
  expect(read).not.toHaveBeenCalled();
  await expect(withReader('a', signal, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await expect(withReader('a', signal, read)).resolves.toEqual({ messages: 1 });
});
