import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 50;

/**
 * Tries until it holds, and answers what `check` answers. When it does not hold in time, throws what `check` threw last:
 * the reason, not that time is over.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(pauseMs);
    }
  }
}
