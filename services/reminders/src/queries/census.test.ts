import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCensus } from './census.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Counting takes so long; the first count finds one row, the second one two, and so on. */
function countingFor(ms: number) {
  let counts = 0;
  const countRows = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    counts += 1;
    return counts;
  });
  return { census: createCensus(countRows), countRows };
}

async function after<T>(ms: number, asked: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return asked;
}

test('a count holds for fifty times what it took, and is then made anew', async () => {
  const { census } = countingFor(100);
  expect(await after(100, census.count())).toBe(1);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(await census.count()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await after(100, census.count())).toBe(2);
});

test('whoever asks while it is counted waits for the same count', async () => {
  const { census, countRows } = countingFor(100);
  expect(await after(100, Promise.all([census.count(), census.count()]))).toEqual([1, 1]);
  expect(countRows).toHaveBeenCalledTimes(1);
});

test('a count that takes long is not waited for: null at first, later the last one', async () => {
  const { census } = countingFor(1_000);
  expect(await after(400, census.count())).toBeNull();
  await vi.advanceTimersByTimeAsync(600);
  expect(await census.count()).toBe(1);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(await after(400, census.count())).toBe(1);
  await vi.advanceTimersByTimeAsync(600);
  expect(await census.count()).toBe(2);
});

test('a count that fails says so to whoever waits, and the next one is made at once', async () => {
  const countRows = vi.fn(async () => 7).mockRejectedValueOnce(new Error('the store is away'));
  const census = createCensus(countRows);
  await expect(census.count()).rejects.toThrow('the store is away');
  expect(await census.count()).toBe(7);
});
