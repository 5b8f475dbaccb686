import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { heapOptions } from '../../deploy/image/heap-options.mjs';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const copyWorkspaces = file('deploy/image/copy-workspaces.mjs');
const start = file('deploy/image/start.mjs');
const megabytes = (count: number) => count * 1024 * 1024;

test.each([
  ['gateway', ['packages/chassis', 'packages/contracts', 'services/gateway']],
  ['payouts', ['packages/chassis', 'packages/contracts', 'services/payouts']],
  [
    'console',
    [
      'packages/chassis',
      'packages/client',
      'packages/contracts',
      'packages/operations',
      'packages/pages',
      'services/console',
    ],
  ],
  ['ops', ['ops', 'packages/chassis', 'packages/contracts', 'packages/operations']],
  ['devstack', ['packages/client', 'packages/contracts', 'packages/devstack', 'packages/pages']],
])('the image of %s is built from the workspaces that it depends on', async (service, expected) => {
  const folder = await mkdtemp(join(tmpdir(), 'punctual-image-'));
  try {
    execFileSync(process.execPath, [copyWorkspaces, service, folder]);
    for (const part of ['manifests', 'sources']) {
      const files = await readdir(join(folder, part), { recursive: true });
      const workspaces = files.filter((path) => /^(ops|\w+\/\w+)\/package\.json$/.test(path));
      expect(workspaces.sort()).toEqual(expected.map((path) => `${path}/package.json`));
    }
    const manifest = JSON.parse(await readFile(join(folder, 'manifests/package.json'), 'utf8'));
    expect(manifest).toHaveProperty('workspaces');
    expect(manifest).not.toHaveProperty('devDependencies');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a service that does not exist fails the build with the names of those that do', () => {
  const { status, stderr } = spawnSync(process.execPath, [copyWorkspaces, 'billing', '/dev/null'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('There is no workspace @punctual/billing:');
  expect(stderr).toContain('@punctual/gateway');
});

test.each([
  ['no limit', 0, ['--max-semi-space-size=16']],
  ['no limit, as cgroups say it', 2 ** 63, ['--max-semi-space-size=16']],
  ['192 MB', megabytes(192), ['--max-semi-space-size=4', '--max-old-space-size=96']],
  ['256 MB', megabytes(256), ['--max-semi-space-size=16', '--max-old-space-size=128']],
  ['320 MB', megabytes(320), ['--max-semi-space-size=16', '--max-old-space-size=160']],
])('the heap fits a container with %s', (_name, limit, options) => {
  expect(heapOptions(limit)).toEqual(options);
});

/** Starts Node as the entry point of an image does. @returns what it prints, and whether it is the same process */
function startNode(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { stdout, pid } = spawnSync(process.execPath, [start, ...args], { encoding: 'utf8', env, timeout: 30_000 });
  const [processId, ...printed] = JSON.parse(stdout);
  return { printed, isSameProcess: processId === pid };
}

const print = 'JSON.stringify([process.pid, process.env.NODE_OPTIONS, process.env.KEPT])';

test('the entry point adds the heap before the options of the deployment, which win', () => {
  expect(startNode(['-p', print], { NODE_OPTIONS: '--max-semi-space-size=8', KEPT: 'yes' })).toEqual({
    printed: [expect.stringMatching(/^--max-semi-space-size=16 .*--max-semi-space-size=8$/), 'yes'],
    isSameProcess: true,
  });
});

test('the entry point accepts the word node, and a folder for temporary files that it cannot write', () => {
  expect(startNode(['node', '-p', print], { TMPDIR: '/dev/null' })).toMatchObject({ isSameProcess: true });
});
