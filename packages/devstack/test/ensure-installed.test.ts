import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { failureLine, isInstalled } from '../ensure-installed.mjs';

describe('packages are installed', () => {
  const lock = { lockHash: 'new', lockChangedAt: 2_000 };

  test.each([
    ['not without node_modules', {}, false],
    [
      'not when npm was stopped half-way, though we had installed this lockfile before',
      { installedHash: 'new' },
      false,
    ],
    ['not when the lockfile has changed since', { installedHash: 'old', installedAt: 1_000 }, false],
    ['not when an older lockfile was installed by hand', { installedAt: 1_000 }, false],
    ['when we installed this lockfile, whatever its time says', { installedHash: 'new', installedAt: 1_000 }, true],
    ['when npm ran after it changed', { installedHash: 'old', installedAt: 3_000 }, true],
  ])('%s', (_, installed, expected) => {
    expect(isInstalled({ ...lock, ...installed })).toBe(expected);
  });
});

describe('a failed installation is reported in one line', () => {
  test('npm is missing', () => {
    expect(failureLine({ error: new Error('spawn npm ENOENT'), stderr: '' })).toContain('Install Node');
  });
  test('the network is missing', () => {
    const stderr = 'npm error code ENOTFOUND\nnpm error request to https://registry.example/zod failed';
    expect(failureLine({ stderr })).toMatch(/^npm cannot reach its registry.*$/);
  });
  test("other errors with npm's own message", () => {
    expect(failureLine({ stderr: 'npm error code EUSAGE\n' })).toBe('npm ci failed: npm error code EUSAGE');
  });
});

test('nothing is printed or done when everything is installed', async () => {
  const module = new URL('../ensure-installed.mjs', import.meta.url);
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const script = `import { ensureInstalled } from '${module}'; ensureInstalled('${root}');`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const { stdout, stderr } = await run;
  expect(stdout + stderr).toBe('');
});
