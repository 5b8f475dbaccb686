import { once } from 'node:events';
import { createServer } from 'node:http';
import { freePort, type Servers, startServers } from '@punctual/devstack';

/** Servers shared by all test files of a run. Each starts when the first file asks for it. */
export type SharedServers = {
  /** `GET <url>/<name>` returns the URL of the server. */
  readonly url: string;
  stop(): Promise<void>;
};

export type SharedServerName = 'postgres' | 'mongo';

const names: readonly SharedServerName[] = ['postgres', 'mongo'];

/** Serves the URLs over HTTP on 127.0.0.1, since test files run in other processes. */
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
 * Returns the URL of a shared server of this test run.
 * @throws Error with the reason and the remedy, in one line
 */
export async function sharedServer(runUrl: string, name: SharedServerName): Promise<string> {
  const answer = await fetch(`${runUrl}/${name}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
