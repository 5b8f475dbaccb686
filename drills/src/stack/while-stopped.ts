import { setTimeout as delay } from 'node:timers/promises';

/** Within this time the servers finish what the services sent before they stopped. */
const inFlightMs = 300;

/**
 * Reads while processes are stopped, then continues them.
 * @param signal sends a signal to all of them
 */
export async function whileStopped<T>(signal: (name: NodeJS.Signals) => void, read: () => Promise<T>): Promise<T> {
  signal('SIGSTOP');
  try {
    await delay(inFlightMs);
    return await read();
  } finally {
    signal('SIGCONT');
  }
}
