import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { failureLine, isInstalled } from '../ensure-install.mjs';

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
    ['not when somebody had installed an older lockfile by hand', { installedAt: 1_000 }, false],
    ['when we installed this lockfile, whatever its time says', { installedHash: 'new', installedAt: 1_000 }, true],
    ['when somebody ran npm after it changed', { installedHash: 'old', installedAt: 3_000 }, true],
  ])('%s', (_, installed, expected) => {
    expect(isInstalled({ ...lock, ...installed })).toBe(expected);
  });
});

describe('a failed installation is told in one line', () => {
  test('npm is missing', () => {
    expect(failureLine({ error: new Error('spawn npm ENOENT'), stderr: '' })).toContain('install Node');
  });
  test('the network is missing', () => {
    const stderr = 'npm error code ENOTFOUND\nnpm error request to https://registry.example/zod failed';
    expect(failureLine({ stderr })).toMatch(/^npm cannot reach its registry.*$/);
  });
  test('anything else in the words of npm', () => {
    expect(failureLine({ stderr: 'npm error code EUSAGE\n' })).toBe('npm ci failed: npm error code EUSAGE');
  });
});

test('says and does nothing when all is installed', async () => {
  const script = fileURLToPath(new URL('../ensure-install.mjs', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout + stderr).toBe('');
});
