import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Counts, countStep, countTests, fewFailedFiles } from './count-results.ts';

/** Everything that CI runs, in order. The first steps take seconds. */
const steps = [
  'node scripts/commit-subjects.mjs',
  'npm run lint',
  'npm run types',
  'npm test',
  'npm run demo',
  // Go and Python are among the tests. Swift would download half a gigabyte.
  'npm run clients -- kotlin',
  // The same seed every time, so that only a change of the code changes the result.
  'npm run drills -- --quick --seed 1',
];

const root = fileURLToPath(new URL('..', import.meta.url));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

for (const step of steps) {
  const { succeeded, output } = await run(step);
  const counts = step === 'npm test' ? countTests(succeeded, output) : countStep(succeeded);
  const failed = output.match(/^Failed: .*$/gm) ?? [];
  if (counts.failed > 0 && (await passesAlone(failed, counts))) {
    failures.push(...failed.map((line) => line.replace('Failed:', 'Flaky:')));
    counts.passed += counts.failed;
    counts.failed = 0;
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0) failures.push(`Failed: ${step}`, ...failed);
}

for (const line of failures) console.log(line);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

/**
 * A few tests that failed among thousands get a second chance without the load of the others. Each
 * that needs it is printed as flaky, to be fixed like any other fault.
 */
async function passesAlone(failed: readonly string[], counts: Counts): Promise<boolean> {
  const files = fewFailedFiles(failed, counts);
  return files.length > 0 && (await run(`npm test -- ${files.join(' ')}`)).succeeded;
}

async function run(step: string): Promise<{ succeeded: boolean; output: string }> {
  console.log(`── ${step}`);
  const child = spawn(step, { cwd: root, shell: true, stdio: ['inherit', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = await once(child, 'close');
  return { succeeded: code === 0, output };
}
