import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string };

export type FakeService = { url: string; port: number; received: ReceivedRequest[]; stop(): Promise<void> };

/** Starts an HTTP server that responds as a test wants, and keeps the requests. */
export async function startFakeService(
  answer: (request: ReceivedRequest, response: ServerResponse, raw: IncomingMessage) => void,
  port = 0,
  host = '127.0.0.1',
): Promise<FakeService> {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (raw, response) => {
    const { method, url, headers } = raw;
    const body = Buffer.concat(await Array.fromAsync(raw)).toString();
    received.push({ method, url, headers, body });
    answer({ method, url, headers, body }, response, raw);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    received,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
