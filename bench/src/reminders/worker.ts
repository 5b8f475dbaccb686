import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const readyWithinMs = 60_000;

/** Starts a service as a process on a free port and waits until it is ready. */
export async function startWorkerProcess(
  main: string,
  environment: Record<string, string>,
  execArgv: readonly string[] = process.env.BENCH_ARGV?.split(' ') ?? [],
): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = fork(main, {
    env: { ...process.env, ...environment, PORT: String(port) },
    execArgv: [...execArgv],
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
