import { setTimeout as delay } from 'node:timers/promises';

/**
 * Retries `check` until it passes and returns its result. The default is generous, so that a busy
 * machine fails no test; a limit that a test asserts is given explicitly.
 * @throws the last error of `check` when it does not pass in time
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 30_000, everyMs = 25 }: { withinMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(everyMs);
    }
  }
}
