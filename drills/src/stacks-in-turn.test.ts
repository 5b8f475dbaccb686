import { expect, test } from 'vitest';
import { stacksInTurn } from './stacks-in-turn.ts';

test('faults share a stack until one needs another, and one stack runs at a time', async () => {
  const happened: string[] = [];
  const stacks = stacksInTurn(async (onCluster, turn) => {
    const name = `${onCluster ? 'cluster' : 'single'} ${turn}`;
    happened.push(`start ${name}`);
    return { name, stop: async () => void happened.push(`stop ${name}`) };
  });
  for (const fault of [{}, {}, { onCluster: true as const }, {}]) happened.push((await stacks.for(fault)).name);
  await stacks.stop();
  await stacks.stop();
  expect(happened).toEqual([
    ...['start single 1', 'single 1', 'single 1', 'stop single 1'],
    ...['start cluster 2', 'cluster 2', 'stop cluster 2'],
    ...['start single 3', 'single 3', 'stop single 3'],
  ]);
});
