import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTurn } from '../src/persistence/turn.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;
let ms = 0;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
});

beforeEach(async () => {
  vi.spyOn(performance, 'now').mockImplementation(() => ms);
  await world.store.turns.deleteMany({});
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => world.stop());

function twoInstances() {
  return [createTurn(world.store, 'refill', 'one'), createTurn(world.store, 'refill', 'two')] as const;
}

test('one instance has the turn until it ends it', async () => {
  const [one, two] = twoInstances();
  expect((await Promise.all([one.take(), two.take()])).toSorted()).toEqual([false, true]);
  await Promise.all([one.end(), two.end()]);
  expect(await two.take()).toBe(true);
  expect(await one.take()).toBe(false);
});

test('an instance that is at work keeps its turn', async () => {
  const [one, two] = twoInstances();
  for (let second = 0; second < 15; second += 1) {
    expect(await one.take()).toBe(true);
    expect(await two.take()).toBe(false);
    ms += 1_000;
  }
});

test('one that has died, or was paused, loses its turn after ten seconds', async () => {
  const [one, two] = twoInstances();
  await one.take();
  expect(await two.take()).toBe(false);
  ms += 9_900;
  expect(await two.take()).toBe(false);
  ms += 200;
  expect(await two.take()).toBe(true);
  expect(await one.take()).toBe(false);
  await one.end();
  expect(await two.take()).toBe(true);
});
