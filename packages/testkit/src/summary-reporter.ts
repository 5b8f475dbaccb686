import type { Reporter, TestCase, TestModule } from 'vitest/node';

const slowest = 10;

/**
 * vitest reporter. A run of many files names its slowest tests, and any run those that failed. The
 * last line of every run is `N passed, N failed, N skipped`, for scripts.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    if (modules.length > slowest) console.log(slowestOf(tests));
    for (const line of failuresOf(tests)) console.log(line);

    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const test of tests) {
      const { state } = test.result();
      count[state === 'pending' ? 'skipped' : state] += 1;
    }
    for (const module of modules) {
      // A file that does not load and a hook that throws fail without a failed test.
      const suites = [module, ...module.children.allSuites()];
      count.failed += suites.filter((suite) => suite.errors().length > 0).length;
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}

function failuresOf(tests: readonly TestCase[]): string[] {
  return tests.flatMap((test) => {
    const { state, errors } = test.result();
    if (state !== 'failed') return [];
    const reason = errors[0]?.message.split('\n')[0] ?? '';
    return `Failed: ${test.module.relativeModuleId}: ${test.fullName}: ${reason}`;
  });
}

function slowestOf(tests: readonly TestCase[]): string {
  const timed = tests.map((test) => ({ test, seconds: (test.diagnostic()?.duration ?? 0) / 1_000 }));
  const lines = timed
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, slowest)
    .map(
      ({ test, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${test.module.relativeModuleId}: ${test.fullName}`,
    );
  return ['Slowest tests', ...lines].join('\n');
}
