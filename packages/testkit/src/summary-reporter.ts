import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

const slowest = 10;

/**
 * vitest reporter. A run of many files names its slowest tests, and any run those that failed. The
 * last line of every run is `N passed, N failed, N skipped`, for scripts.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    if (modules.length > slowest) console.log(slowestOf(tests));
    for (const line of [...failuresOf(tests), ...failuresOutsideTests(modules)]) console.log(line);
    for (const error of unhandledErrors) console.log(`Failed: outside of any test: ${reasonOf([error])}`);

    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const test of tests) {
      const { state } = test.result();
      count[state === 'pending' ? 'skipped' : state] += 1;
    }
    count.failed += failuresOutsideTests(modules).length;
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}

function failuresOf(tests: readonly TestCase[]): string[] {
  return tests.flatMap((test) => {
    const { state, errors } = test.result();
    if (state !== 'failed') return [];
    return `Failed: ${test.module.relativeModuleId}: ${test.fullName}: ${reasonOf(errors)}`;
  });
}

/** A file that does not load and a hook that throws fail without a failed test. */
function failuresOutsideTests(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [module, ...module.children.allSuites()].flatMap((suite) => {
      if (suite.errors().length === 0) return [];
      const name = suite === module ? 'the file or a hook' : `a hook of ${(suite as TestSuite).fullName}`;
      return `Failed: ${module.relativeModuleId}: ${name}: ${reasonOf(suite.errors())}`;
    }),
  );
}

function reasonOf(errors: readonly unknown[]): string {
  const [first] = errors;
  const { message } = first instanceof Object && 'message' in first ? first : { message: first };
  return String(message ?? '').split('\n')[0] ?? '';
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
