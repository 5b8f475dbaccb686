import { expect, test } from 'vitest';
import { countStep, countTests, fewFailedFiles } from './count-results.ts';

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

test('fewFailedFiles names the files of up to three failed tests, when nothing else failed', () => {
  const line = (file: string) => `Failed: ${file}: does something: expected 1 to be 2`;
  const one = line('e2e/stop.test.ts');
  const counts = (failed: number) => ({ passed: 5, failed, skipped: 0 });
  expect(fewFailedFiles([one], counts(1))).toEqual(['e2e/stop.test.ts']);
  expect(fewFailedFiles([one, one, line('ops/test/a.test.ts')], counts(3))).toEqual([
    'e2e/stop.test.ts',
    'ops/test/a.test.ts',
  ]);
  expect(fewFailedFiles([one, one, one, one], counts(4))).toEqual([]);
  expect(fewFailedFiles([], counts(1))).toEqual([]);
  expect(fewFailedFiles([one], counts(2))).toEqual([]);
});
