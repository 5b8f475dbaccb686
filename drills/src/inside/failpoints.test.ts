import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFailpointOrders, type FailpointOrders } from '../stack/failpoint-orders.ts';

const root = new URL('../../../', import.meta.url).pathname;
const failpoint = join(root, 'packages/chassis/src/process/failpoint.ts');
const preload = join(root, 'drills/src/inside/preload.ts');

let folder: string;
let orders: FailpointOrders;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drills-'));
  orders = createFailpointOrders(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Runs a process that reaches a failpoint and then prints `passed`, with the drill's preload or
 * without.
 */
function passBy(...options: string[]) {
  const script = `const { failpoint } = await import(${JSON.stringify(failpoint)});
    await failpoint('before-commit');
    console.log('passed');`;
  return spawnSync(process.execPath, [...options, '--input-type=module', '-e', script], {
    env: { ...process.env, FAILPOINTS: folder, OTEL_SERVICE_NAME: 'scheduling' },
    encoding: 'utf8',
  });
}

test('an order is carried out once, and only by a process with the preload', async () => {
  await orders.arm('scheduling', 'before-commit', { do: 'SIGKILL' });

  expect(passBy()).toMatchObject({ status: 0, stdout: 'passed\n' });
  expect(passBy('--import', preload)).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  expect(await orders.isArmed('scheduling', 'before-commit')).toBe(false);
  expect(passBy('--import', preload)).toMatchObject({ status: 0, stdout: 'passed\n' });
});

test('no image contains the drills', () => {
  const copied = readFileSync(join(root, '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];
  expect(copied).toContain('!services');
  expect(copied.join('\n')).not.toMatch(/drills|\*/);
});
