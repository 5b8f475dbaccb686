import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the range of local ports for outgoing connections on Linux, so that none of those takes
 * ours.
 */
const range = { from: 20_000, to: 32_000 };

/** Finds a port of 127.0.0.1 that nobody listens on, for a process that is about to start. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (await isPortFree(port)) return port;
  }
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
