import { expect, test } from 'vitest';
import { planByCoverage, planOnce } from './plan-runs.ts';

const faults = [{}, { onCluster: true as const }, {}, { onCluster: true as const }, {}].map((each, index) => ({
  ...each,
  name: `fault ${index}`,
}));

test('planOnce runs each fault once in order', () => {
  expect(planOnce(faults, 7)).toEqual(faults.map((fault) => ({ fault, seed: 7 })));
});

test('planByCoverage runs each fault before any of them runs again', () => {
  const runs = new Map(faults.map((fault) => [fault, 0]));
  for (const { fault } of planByCoverage(faults, 1).take(200)) {
    runs.set(fault, (runs.get(fault) ?? 0) + 1);
    expect(Math.max(...runs.values()) - Math.min(...runs.values())).toBeLessThanOrEqual(1);
  }
  expect([...runs.values()]).toEqual(faults.map(() => 40));
});

test('planByCoverage gives each run another seed and repeats its order with the first', () => {
  const plan = (seed: number) => [...planByCoverage(faults, seed).take(20)];
  expect(new Set(plan(1).map(({ seed }) => seed)).size).toBe(20);
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1).map(({ fault }) => fault)).not.toEqual(plan(2).map(({ fault }) => fault));
});

test('planByCoverage changes to the faults on a cluster and back once for all of them', () => {
  const rounds = [...planByCoverage(faults, 1).take(50)];
  for (let from = 0; from < rounds.length; from += faults.length) {
    const kinds = rounds.slice(from, from + faults.length).map(({ fault }) => 'onCluster' in fault);
    expect(kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1])).toHaveLength(1);
  }
});
