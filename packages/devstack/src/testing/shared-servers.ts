import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Servers, startServers } from '../servers/start-servers.ts';
import { freePort } from '../stack/ports.ts';

/** Servers that all test files of a run share; each is started when the first file asks for it. */
export type SharedServers = {
  /** Where a test's process asks, by `GET /<name>`; the answer is the server's URL. */
  readonly url: string;
  stop(): Promise<void>;
};

export type SharedServerName = 'postgres' | 'mongo';

const names: readonly SharedServerName[] = ['postgres', 'mongo'];

/** Test files run in processes of their own, so they ask over HTTP on 127.0.0.1. */
export async function shareServers(log: (line: string) => void): Promise<SharedServers> {
  const started = new Map<SharedServerName, Promise<Servers<SharedServerName>>>();
  const stopping = new AbortController();
  const start = (name: SharedServerName) => {
    const servers = started.get(name) ?? startServers<SharedServerName>({ only: [name], log, signal: stopping.signal });
    started.set(name, servers);
    return servers;
  };

  const server = createServer(async (request, response) => {
    const name = names.find((known) => request.url === `/${known}`);
    if (!name) return response.writeHead(404).end();
    try {
      const servers = await start(name);
      response.end(servers[name].url);
    } catch (error) {
      response.writeHead(503).end(error instanceof Error ? error.message : String(error));
    }
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      stopping.abort();
      server.close();
      server.closeAllConnections();
      const all = await Promise.allSettled(started.values());
      await Promise.all(all.map((one) => one.status === 'fulfilled' && one.value.stop()));
    },
  };
}

/**
 * The shared server of this test run.
 * @throws with the one line that says why there is none, and what to do
 */
export async function sharedServer(runUrl: string, name: SharedServerName): Promise<string> {
  const answer = await fetch(`${runUrl}/${name}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
