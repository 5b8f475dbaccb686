import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type TcpServer = {
  /** `host:port`. */
  readonly address: string;
  /** Resolves when somebody has connected. */
  readonly connected: Promise<unknown>;
  /** Keeps connections open and answers nothing from now on. */
  fallSilent(): void;
  stop(): void;
};

/** A TCP server that forwards to `target`; without a target it accepts and never answers. */
export async function startTcpServer(target?: { host: string; port: number }): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  let isSilent = target === undefined;
  const server = createServer((near) => {
    const far = target && connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      if (!socket) continue;
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => !isSilent && other?.destroy());
      socket.on('data', (chunk) => void (isSilent || other?.write(chunk)));
    }
  });
  const connected = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected,
    fallSilent: () => {
      isSilent = true;
    },
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
