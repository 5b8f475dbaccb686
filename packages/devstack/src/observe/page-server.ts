import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, BadRequest, errorPage, type Route } from './answer.ts';

const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export type PageServer = { url: string; stop(): Promise<void> };

/**
 * Serves pages on a free port of 127.0.0.1 to requests for that address only: a web page whose name
 * was made to lead here (DNS rebinding) sends its own name.
 */
export async function startPageServer(routes: readonly Route[]): Promise<PageServer> {
  let hosts: readonly string[] = [];
  const server: Server = createServer((request, response) => {
    response.on('error', () => undefined);
    answerTo(request, { routes, hosts })
      .catch(explain)
      .then((answer) => send(response, answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function answerTo(
  { method, headers: { host }, url = '/' }: IncomingMessage,
  { routes, hosts }: { routes: readonly Route[]; hosts: readonly string[] },
): Promise<Answer> {
  if (!hosts.includes(String(host).toLowerCase()))
    return errorPage(421, 'Wrong host', 'This page answers requests for 127.0.0.1 and localhost only.');
  if (method !== 'GET' && method !== 'HEAD')
    return errorPage(405, 'Method not allowed', 'Pages can only be read: use GET.');
  const [path = '/', query = ''] = url.split('?', 2);
  for (const { pattern, answer } of routes) {
    const match = pattern.exec(path);
    if (match) return answer(match.slice(1), new URLSearchParams(query));
  }
  return errorPage(404, 'Not found', 'There is no such page. Begin at /.');
}

function explain(error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof BadRequest) return errorPage(400, 'Invalid request', reason);
  return errorPage(503, 'No data', `The page cannot be made now: ${reason}`);
}

function send(response: ServerResponse, answer: Answer): void {
  if ('location' in answer) response.writeHead(answer.status, { ...headers, location: answer.location }).end();
  else response.writeHead(answer.status, { ...headers, 'content-type': answer.type }).end(answer.body);
}
