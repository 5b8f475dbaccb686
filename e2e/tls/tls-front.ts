import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';

/** Ends TLS in front of a server that has none, as a load balancer or a sidecar does. */
export type TlsFront = { port: number; connections(): number; stop(): Promise<void> };

type Files = { serverCert: string; serverKey: string };

/** @param target is asked at each connection, because it may start after the front */
export async function startTlsFront({ serverCert, serverKey }: Files, target: () => URL): Promise<TlsFront> {
  const [cert, key] = await Promise.all([readFile(serverCert), readFile(serverKey)]);
  const open = new Set<{ destroy(): unknown }>();
  let connections = 0;
  const server = createServer({ cert, key }, (client) => {
    connections += 1;
    const { hostname, port } = target();
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    stop: async () => {
      for (const each of open) each.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
