export type Counts = { passed: number; failed: number; skipped: number };

export function countStep(succeeded: boolean): Counts {
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0 };
}

/**
 * Reads the last line of the tests. A run that ends without it, or for another reason than a test,
 * has failed.
 */
export function countTests(succeeded: boolean, output: string): Counts {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  if (!last) return countStep(false);
  const [passed = 0, failed = 0, skipped = 0] = last.slice(1).map(Number);
  return { passed, failed: succeeded ? failed : Math.max(failed, 1), skipped };
}

/**
 * The files of failed tests, `Failed: FILE: TEST: REASON` each. None when so many failed that the
 * reason is hardly chance, or when something else than a test did.
 */
export function fewFailedFiles(failed: readonly string[], counts: Counts): string[] {
  if (failed.length !== counts.failed || failed.length > 3) return [];
  return [...new Set(failed.flatMap((line) => /^Failed: (\S+\.test\.ts): /.exec(line)?.[1] ?? []))];
}
