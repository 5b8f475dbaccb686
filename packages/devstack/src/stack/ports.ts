import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which Linux takes the local ports of outgoing connections, so that none of those takes ours meanwhile. */
const range = { from: 20_000, to: 32_000 };

/** The port that was asked for belongs to another program; the message says what to do. */
export class PortTakenError extends Error {}

/** A port of 127.0.0.1 that nobody listens on, to be told to a process that is about to start. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (await isFree(port)) return port;
  }
}

/**
 * The gateway's port: the one asked for, or a free one for 0.
 * @throws PortTakenError, RangeError
 */
export async function gatewayPort(wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new RangeError('GATEWAY_PORT must be a whole number from 0 to 65535 (0: any free one).');
  }
  if (wanted === 0) return freePort();
  if (await isFree(wanted)) return wanted;
  throw new PortTakenError(
    `Port ${wanted} is taken. Choose another for the gateway: GATEWAY_PORT=8081 npm start (0: any free one).`,
  );
}

async function isFree(port: number): Promise<boolean> {
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
