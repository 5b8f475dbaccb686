import { afterEach, expect, test, vi } from 'vitest';
import { takeTurns } from './take-turns.ts';

const { signal } = new AbortController();

afterEach(() => {
  vi.useRealTimers();
});

test('each user has one read at a time, and all users together four', async () => {
  vi.useFakeTimers();
  const turn = takeTurns();
  const begun: string[] = [];
  const reading = (user: string) =>
    turn(user, signal, async () => {
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

test('a user that has had a lot read goes on slowly, and others as before', async () => {
  const turn = takeTurns();
  const read = (user: string, messages: number) => turn(user, signal, async () => ({ messages }));
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

test('a client that has left takes no turn, and one that failed keeps nobody back', async () => {
  const turn = takeTurns();
  const left = new AbortController();
  left.abort(new Error('left'));
  const read = vi.fn(async () => ({ messages: 1 }));
  await expect(turn('a', left.signal, read)).rejects.toThrow('left');
  expect(read).not.toHaveBeenCalled();
  await expect(turn('a', signal, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await expect(turn('a', signal, read)).resolves.toEqual({ messages: 1 });
});
