import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const actionlint = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';

/** What actionlint says of these files; nothing when they are right. Needs Go. */
export async function actionlintOf(files: readonly string[]): Promise<string> {
  const run = promisify(execFile)('go', ['run', actionlint, '-no-color', ...files]);
  return run.then(({ stdout }) => stdout).catch(({ stdout, stderr }) => stdout || stderr);
}

/** It is built with Go, which the development stack does not need everywhere. */
export function hasGo(): boolean {
  try {
    return execFileSync('go', ['version']).length > 0;
  } catch {
    return false;
  }
}
