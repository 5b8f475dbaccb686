import { freePort } from './free-port.ts';
import { natsFromCache, natsOnPath, startNatsProcess } from './nats.ts';
import { type Host, NoServerError, type Server } from './source.ts';
import { startTogether } from './start-together.ts';

/** Several nats-servers that share their streams. */
export type NatsCluster = {
  /** Of all servers, separated by commas, as `NATS_URL` takes them. */
  readonly url: string;
  /**
   * Each can be halted, killed and resumed by itself; streams stay available while most are up. The
   * first is called `nats-1` where JetStream names leaders and replicas.
   */
  readonly servers: readonly Server[];
  stop(): Promise<void>;
};

/**
 * Chooses the URL by which a server reaches another one, such as that of a proxy in between. Servers
 * are counted from 0.
 */
export type RouteThrough = (from: number, to: number, url: string) => Promise<string>;

type Ports = { cluster: number; http: number };

/** Nothing listens there. */
const nowhere = '127.0.0.1:1';

/**
 * Starts nats-servers as one cluster. A server counts as started or resumed when `/healthz` says
 * that it has caught up with its streams, as a deployment waits before it restarts the next one.
 * @param size 3 or 5, so that a majority remains without one
 * @param routeThrough the servers then reach each other by these URLs only, and clients by theirs
 * @throws NoServerError when this machine has no nats-server, and cannot download or build one
 */
export async function startNatsServers(host: Host, size: number, routeThrough?: RouteThrough): Promise<NatsCluster> {
  if (host.env.PUNCTUAL_SERVERS === 'docker') {
    throw new NoServerError('A NATS cluster starts without Docker only: unset PUNCTUAL_SERVERS.');
  }
  const command = await natsOnPath(host).catch(() => natsFromCache(host));
  const ports: Ports[] = [];
  while (ports.length < size) ports.push({ cluster: await freePort(), http: await freePort() });
  const configs: string[] = [];
  for (const index of ports.keys()) configs.push(await clusterConfig(ports, index, routeThrough));
  const servers = await startTogether(
    ports.map(({ http }, index) =>
      startNatsProcess(host, command, {
        name: `nats-${index + 1}`,
        config: configs[index] ?? '',
        ask: () => askHealth(http),
      }),
    ),
  );
  host.log(`NATS: a cluster of ${size} servers`);
  return {
    url: servers.map(({ url }) => url).join(','),
    servers,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function clusterConfig(ports: readonly Ports[], index: number, routeThrough?: RouteThrough): Promise<string> {
  const address = (port: number | undefined) => `127.0.0.1:${port}`;
  const routes: string[] = [];
  for (const [to, { cluster }] of ports.entries()) {
    const url = `nats://${address(cluster)}`;
    if (to !== index) routes.push(routeThrough ? await routeThrough(index, to, url) : url);
  }
  // Servers tell each other and their clients where the others are. With an address that leads nowhere they
  // keep to their routes.
  const advertised = routeThrough ? `, advertise: "${nowhere}", no_advertise: true` : '';
  return [
    `server_name: nats-${index + 1}`,
    `http: "${address(ports[index]?.http)}"`,
    `cluster { name: punctual, listen: "${address(ports[index]?.cluster)}", routes: ${JSON.stringify(routes)}${advertised} }`,
  ].join('\n');
}

/** @throws while JetStream is not ready or a stream has not caught up */
async function askHealth(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
}
