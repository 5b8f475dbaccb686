import {
  type NatsCluster,
  type Server,
  type Servers,
  startNatsCluster,
  startServers,
  startTogether,
} from '@punctual/devstack';
import { createRouteLinks, type Link, openLink, type RouteLinks } from '@punctual/testkit';
import { joinLinks } from '../network/join-links.ts';

/** Three NATS servers in place of one. */
export type DrillCluster = Pick<NatsCluster, 'servers'> & { routes: RouteLinks };

/** The servers of a stack, each behind a link. In a cluster, `nats` means all of its servers at once. */
export type DrillServers = {
  servers: Servers;
  /** `standby` is the second host in the URLs of the services: nothing, or a standby of PostgreSQL. */
  links: Record<'postgres' | 'standby' | 'nats' | 'mongo', Link>;
  cluster: DrillCluster | undefined;
  stop(): Promise<void>;
};

export async function startDrillServers(onCluster: boolean, log: (line: string) => void): Promise<DrillServers> {
  const { servers, cluster } = onCluster ? await startWithCluster(log) : { servers: await startServers({ log }) };
  const links = {
    postgres: await openLink(servers.postgres.url),
    standby: await openLink(servers.postgres.url),
    nats: joinLinks(await Promise.all(servers.nats.url.split(',').map(openLink))),
    mongo: await openLink(servers.mongo.url),
  };
  links.standby.lead(undefined);
  return {
    servers,
    links,
    cluster,
    stop: async () => {
      for (const link of [...Object.values(links), ...(cluster ? [cluster.routes] : [])]) link.close();
      await servers.stop();
    },
  };
}

async function startWithCluster(log: (line: string) => void): Promise<{ servers: Servers; cluster: DrillCluster }> {
  const routes = createRouteLinks();
  const [others, cluster] = await startTogether([
    startServers({ log, only: ['postgres', 'mongo'] }),
    startNatsCluster({ log, routeThrough: routes.through }),
  ]);
  const stop = async () => {
    await Promise.all([others.stop(), cluster.stop()]);
  };
  return { servers: { ...others, nats: asOne(cluster), stop }, cluster: { servers: cluster.servers, routes } };
}

function asOne({ url, servers, stop }: NatsCluster): Server {
  const each = async (act: (server: Server) => Promise<void>) => {
    await Promise.all(servers.map(act));
  };
  return {
    url,
    halt: () => each((server) => server.halt()),
    signal: (name) => each((server) => server.signal(name)),
    resume: () => each((server) => server.resume()),
    stop,
  };
}
