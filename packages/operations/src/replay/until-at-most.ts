import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 200;
/** A handler that is retried pauses for up to a minute. */
const patienceMs = 30_000;

/**
 * Waits until a count is low enough.
 * @returns the count
 * @throws Error when it has not fallen for half a minute
 */
export async function untilAtMost(most: number, read: () => Promise<number>): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  for (;;) {
    const now = await read();
    if (now <= most) return now;
    if (now < lowest) {
      lowest = now;
      movedAt = performance.now();
    }
    if (performance.now() - movedAt > patienceMs) throw new Error(`${now} are waiting, without progress.`);
    await delay(pollMs);
  }
}
