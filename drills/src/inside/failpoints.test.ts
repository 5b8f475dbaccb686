import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrders, type Orders } from '../orders.ts';

const root = new URL('../../../', import.meta.url).pathname;
const failpoint = join(root, 'packages/chassis/src/process/failpoint.ts');
const preload = join(root, 'drills/src/inside/preload.ts');

let folder: string;
let orders: Orders;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drills-'));
  orders = createOrders(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that comes to a failpoint and then says so; preloaded as a drill's, or as everybody else's. */
function passBy(...options: string[]) {
  const script = `const { failpoint } = await import(${JSON.stringify(failpoint)});
    await failpoint('before-commit');
    console.log('passed');`;
  return spawnSync(process.execPath, [...options, '--input-type=module', '-e', script], {
    env: { ...process.env, FAILPOINTS: folder, OTEL_SERVICE_NAME: 'scheduling' },
    encoding: 'utf8',
  });
}

test('what is ordered happens at that moment, once, and only to a process of a drill', async () => {
  await orders.arm('scheduling', 'before-commit', { do: 'SIGKILL' });

  expect(passBy()).toMatchObject({ status: 0, stdout: 'passed\n' });
  expect(passBy('--import', preload)).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  expect(await orders.isArmed('scheduling', 'before-commit')).toBe(false);
  expect(passBy('--import', preload)).toMatchObject({ status: 0, stdout: 'passed\n' });
});

test('no image has the drills', async () => {
  const dockerfiles = await Array.fromAsync(glob('services/*/Dockerfile', { cwd: root }));
  expect(dockerfiles.length).toBeGreaterThan(0);
  for (const file of dockerfiles) {
    const copied = readFileSync(join(root, file), 'utf8').match(/^COPY (?!--from).*$/gm) ?? [];
    expect(copied.join('\n')).not.toMatch(/drills|COPY \. /);
  }
});
