import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServers } from '../src/index.ts';
import { type PrivateCache, privateCache } from './private-cache.ts';

describe('when the process that started the servers is killed', () => {
  let cache: PrivateCache;

  beforeAll(async () => {
    // Builds, once, what the private cache then has.
    const servers = await startServers({ env: { ...process.env, PUNCTUAL_SERVERS: 'local' } });
    await servers.stop();
    cache = await privateCache();
  });
  afterAll(() => cache.remove());

  test('they stop by themselves and the next start removes their data', async () => {
    await startAndKill();
    await eventually(async () => expect(await cache.livingProcesses()).toEqual([]));
    await expectCleanNextStart();
  });

  test('together with their watchdogs, the next start stops them', async () => {
    const pids = await startAndKill(async (servers) => {
      for (const pid of await watchersOf(servers)) process.kill(pid, 'SIGKILL');
    });
    expect(await cache.livingProcesses()).toEqual(pids);
    await expectCleanNextStart();
    expect(await cache.livingProcesses()).toEqual([]);
  });

  async function startAndKill(before: (servers: number[]) => Promise<void> = async () => undefined): Promise<number[]> {
    const script = fileURLToPath(new URL('fixtures/hold-servers.ts', import.meta.url));
    const parent = spawn(process.execPath, [script], { env: cache.env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    const servers = await cache.livingProcesses();
    expect(servers.length).toBeGreaterThanOrEqual(3);
    await before(servers);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    return servers;
  }

  async function expectCleanNextStart(): Promise<void> {
    const [dead = '', ...others] = await cache.runFolders();
    expect(others).toEqual([]);
    const data = await foldersOf(dead);
    const next = await startServers({ only: ['nats'], env: cache.env });
    expect([dead, ...data].filter((folder) => existsSync(folder))).toEqual([]);
    await next.stop();
    expect(await cache.runFolders()).toEqual([]);
  }
});

async function foldersOf(run: string): Promise<string[]> {
  const record = await readFile(join(run, 'record'), 'utf8');
  return [...record.matchAll(/"folder":"([^"]+)"/g)].map(([, folder]) => String(folder));
}

/**
 * A server shares its process group with the two shells that watch over it. The inner ones come
 * first: when an outer one ends, Node closes the pipe on which the inner one waits, which then
 * would stop the server.
 */
async function watchersOf(servers: number[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,comm=']);
  const processes = stdout.split('\n').map((line) => {
    const [pid, parent, group, name = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), group: Number(group), isShell: /\bsh$/.test(name) };
  });
  const groups = processes.filter(({ pid }) => servers.includes(pid)).map(({ group }) => group);
  const shells = processes.filter(({ group, isShell }) => isShell && groups.includes(group));
  const isOuter = ({ pid }: { pid: number }) => shells.some(({ parent }) => parent === pid);
  return shells.toSorted((a, b) => Number(isOuter(a)) - Number(isOuter(b))).map(({ pid }) => pid);
}
