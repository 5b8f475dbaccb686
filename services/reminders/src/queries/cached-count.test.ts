import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCachedCount } from './cached-count.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Counting takes this long; the first count finds one row, the second two, and so on. */
function countingFor(ms: number) {
  let counts = 0;
  const countRows = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    counts += 1;
    return counts;
  });
  return { counted: createCachedCount(countRows), countRows };
}

async function after<T>(ms: number, asked: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return asked;
}

test('a count is valid for fifty times its duration, and then repeated', async () => {
  const { counted } = countingFor(100);
  expect(await after(100, counted.count())).toBe(1);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(await counted.count()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await after(100, counted.count())).toBe(2);
});

test('concurrent requests wait for the same count', async () => {
  const { counted, countRows } = countingFor(100);
  expect(await after(100, Promise.all([counted.count(), counted.count()]))).toEqual([1, 1]);
  expect(countRows).toHaveBeenCalledTimes(1);
});

test('a slow count is not waited for: null at first, later the last one', async () => {
  const { counted } = countingFor(1_000);
  expect(await after(400, counted.count())).toBeNull();
  await vi.advanceTimersByTimeAsync(600);
  expect(await counted.count()).toBe(1);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(await after(400, counted.count())).toBe(1);
  await vi.advanceTimersByTimeAsync(600);
  expect(await counted.count()).toBe(2);
});

test('a failed count rejects its requests, and the next one starts at once', async () => {
  const countRows = vi.fn(async () => 7).mockRejectedValueOnce(new Error('the store is away'));
  const counted = createCachedCount(countRows);
  await expect(counted.count()).rejects.toThrow('the store is away');
  expect(await counted.count()).toBe(7);
});
