import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../servers/free-port.ts';
import { eventually } from '../story/eventually.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';

const scratch = fileURLToPath(new URL('../../test/scratch-service', import.meta.url));
let folder: string;
let service: ServiceProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-service-process-'));
});

afterEach(async () => {
  await service?.stop();
  await rm(folder, { recursive: true });
});

async function createScratch(
  environment: Record<string, string> = {},
): Promise<{ service: ServiceProcess; pids: unknown[] }> {
  const port = await freePort();
  const pids: unknown[] = [];
  const created = createServiceProcess({
    name: 'scratch',
    folder: () => scratch,
    url: `http://127.0.0.1:${port}`,
    environment: { PATH: process.env.PATH, PORT: String(port), ...environment },
    logFile: join(folder, 'scratch.log'),
    onChange: () => void pids.push(created.pid()),
  });
  service = created;
  return { service: created, pids };
}

test('a crashed service is restarted and its pid updated', async () => {
  const { service, pids } = await createScratch();
  await service.start();
  const first = service.pid();
  await service.kill();
  await eventually(() => expect(service.pid()).toBeTypeOf('number'));
  await service.ready();
  expect(isAlive(first)).toBe(false);
  expect(pids).toEqual([first, undefined, service.pid()]);
});

test('a stopped service stays down until it is started', async () => {
  const { service } = await createScratch();
  await service.start();
  await service.stop();
  expect(service.pid()).toBeUndefined();
  await expect(fetch(service.url)).rejects.toThrow();
  await service.start();
  expect((await fetch(service.url)).status).toBe(200);
});

test('a service that fails to start reports why and is not retried', async () => {
  const { service, pids } = await createScratch({ FAIL_WITH: 'DATABASE_URL: Required' });
  await expect(service.start()).rejects.toThrow(/scratch did not become ready: DATABASE_URL: Required/);
  expect(service.pid()).toBeUndefined();
  expect(pids).toHaveLength(2);
});

test('a service ends with its parent, even when the parent is killed', async () => {
  const parent = spawn(process.execPath, [
    join(scratch, 'supervise.ts'),
    String(await freePort()),
    join(folder, 'log'),
  ]);
  const [output] = await once(parent.stdout, 'data');
  const pid = Number(output);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => expect(isAlive(pid)).toBe(false));
});

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
