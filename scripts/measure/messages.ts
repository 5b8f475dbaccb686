import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type TestReport = { testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[] };

/**
 * Runs every `round-trips.test.ts`; the names of their tests say how many messages to PostgreSQL
 * each command takes.
 */
export function measureMessages(root: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'punctual-measure-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = [
      'node_modules/vitest/vitest.mjs',
      'run',
      'round-trips',
      '--reporter=json',
      `--outputFile=${report}`,
    ];
    spawnSync(process.execPath, vitest, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as TestReport;
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status }) => `${service(name)}: ${fullName} (${status})`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function service(file: string): string {
  return file.split('/services/')[1]?.split('/')[0] ?? file;
}
