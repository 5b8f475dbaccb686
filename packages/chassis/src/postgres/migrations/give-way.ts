import { pause } from '../../process/pause.ts';

/** What a migration waits for a lock at most: everybody who comes after it waits as well. */
export const lockTimeoutMs = 250;

const withinMs = 10 * 60_000;
const [lockNotAvailable, deadlock] = ['55P03', '40P01'];

/**
 * Repeats work that gives way to others, with pauses in which they go on.
 * @throws its error after 10 minutes, or when the service stops
 */
export async function giveWay<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if ((code !== lockNotAvailable && code !== deadlock) || performance.now() > giveUpAt) throw error;
      await pause(lockTimeoutMs * (1 + Math.random()), signal);
      signal.throwIfAborted();
    }
  }
}
