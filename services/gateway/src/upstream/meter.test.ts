import { expect, test } from 'vitest';
import { createMeter } from './meter.ts';

test('a name is over its rate while it holds more than a second of it', () => {
  let time = 0;
  const meter = createMeter(100, () => time);
  meter.add('a', 100);
  meter.add('b', 101);
  expect([meter.isOver('a'), meter.isOver('b')]).toEqual([false, true]);
  time = 100;
  expect(meter.isOver('b')).toBe(false);
  meter.add('b', 20);
  expect(meter.isOver('b')).toBe(true);
});

test('any amount is forgotten after two seconds', () => {
  let time = 0;
  const meter = createMeter(100, () => time);
  meter.add('a', 1e9);
  time = 999;
  expect(meter.isOver('a')).toBe(true);
  time = 1_000;
  expect(meter.isOver('a')).toBe(false);
  time = 2_000;
  meter.add('a', 100);
  expect(meter.isOver('a')).toBe(false);
});
