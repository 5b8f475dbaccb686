import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const readyWithinMs = 60_000;
const ticksPerSecond = 100;

/** A service as a process of its own, on a free port. */
export async function startService(
  main: string,
  environment: Record<string, string>,
): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = fork(main, {
    env: { ...process.env, ...environment, PORT: String(port) },
    execArgv: process.env.BENCH_ARGV?.split(' ') ?? [],
  });
  const deadline = performance.now() + readyWithinMs;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('A worker did not become ready.');
    await delay(100);
  }
  if (child.pid === undefined) throw new Error('A worker has no process.');
  return { child, url, pid: child.pid };
}

export async function nextExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** How many seconds of CPU a process has taken since its start; undefined where the system does not say. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  return (await readProcess(pid))?.ownSeconds;
}

/** What the system says of a process: its name, its parent, and the CPU that it and its children that have ended took. */
export type ProcessStat = { pid: number; name: string; parent: number; ownSeconds: number; endedSeconds: number };

export async function readProcess(pid: number): Promise<ProcessStat | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const nameEnd = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnd + 2).split(' ');
  const seconds = (...ticks: (string | undefined)[]) =>
    ticks.reduce((total, each) => total + Number(each) / ticksPerSecond, 0);
  return {
    pid,
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    parent: Number(fields[1]),
    ownSeconds: seconds(fields[11], fields[12]),
    endedSeconds: seconds(fields[13], fields[14]),
  };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/healthz/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
