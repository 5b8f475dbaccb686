import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Unavailable } from './source.ts';

const patienceMs = 60_000;

/**
 * Resolves when something listens on the URL's port and the question gets its answer.
 * @throws Unavailable as the question throws it; the last error when the patience is over; the
 *   signal's reason
 */
export async function untilAnswers(
  url: string,
  ask: (url: string) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await listens(url);
      await ask(url);
      return;
    } catch (error) {
      if (error instanceof Unavailable || performance.now() > deadline) throw error;
    }
    await delay(20, undefined, { signal });
  }
}

/** Cheaper than a client's attempt, and than its pause until the next. */
async function listens(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
