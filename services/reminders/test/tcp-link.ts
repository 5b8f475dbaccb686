import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A link to a server that a test can cut, hold up, slow down and restore, as a network does. */
export async function createTcpLink(target: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  let passes: Promise<void> = Promise.resolve();
  let letPass = () => {};
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      // In order, whatever the delay was when each came.
      let written: Promise<unknown> = Promise.resolve();
      socket.on('data', (chunk) => {
        const comes = Promise.all([written, passes, delay(delayMs)]);
        written = comes.then(() => other.write(chunk));
      });
      socket.on('end', () => written.then(() => other.end()));
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    /** Everything stays connected and nothing comes through. */
    hold: () => {
      const held = Promise.withResolvers<void>();
      passes = held.promise;
      letPass = held.resolve;
    },
    slowDown: (ms: number) => {
      delayMs = ms;
    },
    restore: () => {
      isCut = false;
      delayMs = 0;
      letPass();
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
