import { setTimeout as delay } from 'node:timers/promises';
import { docker } from './docker.ts';
import type { Instance } from './project.ts';

const readyWithinMs = 120_000;

/**
 * Stops a container, by SIGTERM and its grace, and starts it again.
 * @returns how long it took from the start until it was ready, in milliseconds
 * @throws Error when it was killed, because it did not stop in time, or does not become ready
 */
export async function restart({ id, name, url }: Instance): Promise<number> {
  await docker(['stop', id]);
  const code = await docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
  if (code !== '0') throw new Error(`${name} stopped with exit code ${code}.`);
  const from = performance.now();
  await docker(['start', id]);
  await untilReady(await url(), from + readyWithinMs);
  return performance.now() - from;
}

async function untilReady(url: string, until: number): Promise<void> {
  while (performance.now() < until) {
    const isReady = await fetch(`${url}/healthz/ready`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(10);
  }
  throw new Error(`${url} did not become ready in ${readyWithinMs / 1_000} s.`);
}
