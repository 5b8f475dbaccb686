import { connect, createServer } from 'node:net';
import { createDatabase, freePort, type Issuer, startIssuer, startServers } from '@punctual/devstack';
import { gatewayAddress } from './network.ts';

/** What a cluster is given from outside: servers and an issuer, with addresses that pods reach. */
export type Outside = {
  issuer: Issuer;
  jwksUrl: string;
  /** For programs on this machine. */
  localNats: string;
  nats: string;
  databases: { scheduling: string; payouts: string };
  mongo: string;
  ports: number[];
};

/** Starts NATS, PostgreSQL, MongoDB and an issuer on 127.0.0.1, and relays to them from the bridge. */
export async function startOutside(
  onEnd: (stop: () => Promise<void>) => void,
  log: (line: string) => void,
): Promise<Outside> {
  const servers = await startServers({ log });
  onEnd(servers.stop);
  const port = await freePort();
  const issuer = await startIssuer({ port, hosts: [`${gatewayAddress}:${port}`] });
  onEnd(issuer.stop);
  const ports: number[] = [];
  const reachable = async (url: string) => {
    const { port } = new URL(url);
    if (!ports.includes(Number(port))) {
      ports.push(Number(port));
      onEnd(await relay(Number(port)));
    }
    return url.replace(/(127\.0\.0\.1|localhost)(?=:\d)/, gatewayAddress);
  };
  const database = async (name: string) => reachable(await createDatabase(servers.postgres.url, name));
  const mongo = new URL(servers.mongo.url);
  mongo.pathname = '/reminders';
  return {
    issuer,
    jwksUrl: await reachable(issuer.jwksUrl),
    localNats: servers.nats.url,
    nats: await reachable(servers.nats.url),
    databases: { scheduling: await database('scheduling'), payouts: await database('payouts') },
    mongo: await reachable(mongo.href),
    ports,
  };
}

/** Forwards a port of the bridge to the same port of 127.0.0.1. @returns how to stop it */
async function relay(port: number): Promise<() => Promise<void>> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, gatewayAddress, resolve));
  return async () => void server.close();
}
