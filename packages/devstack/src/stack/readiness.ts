import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves when `GET /healthz/ready` of a service answers 200; rejects when the signal is aborted,
 * with its reason.
 */
export async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!(await isReady(url))) await delay(50, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz/ready`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
