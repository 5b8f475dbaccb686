import { expect, test } from 'vitest';
import { countStep, countTests } from './count-results.ts';

const output = 'a line\n1 passed, 0 failed, 0 skipped\nmore\n12 passed, 2 failed, 1 skipped\n';

test('countStep counts a step as one', () => {
  expect(countStep(true)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(countStep(false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('countTests takes the last summary', () => {
  expect(countTests(false, output)).toEqual({ passed: 12, failed: 2, skipped: 1 });
});

test('countTests counts a failure when a run fails without a failed test', () => {
  const passed = '12 passed, 0 failed, 0 skipped\n';
  expect(countTests(true, passed)).toEqual({ passed: 12, failed: 0, skipped: 0 });
  expect(countTests(false, passed)).toEqual({ passed: 12, failed: 1, skipped: 0 });
});

test('countTests counts a failure when there is no summary', () => {
  expect(countTests(true, '')).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
