import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createDatabase,
  type Issuer,
  type Stack,
  startIssuer,
  startServers,
  startStack,
  startTlsNats,
  startTlsPostgres,
} from '@punctual/devstack';
import { createUser, type TestUser } from '@punctual/testkit';
import { startTlsFront, type TlsFront } from './tls-front.ts';

/** Servers that are reached by TLS only, with certificates of an authority that nobody knows. */
export type TlsServers = {
  postgresUrl: string;
  fronts: Record<'issuer' | 'mongo' | 'scheduling' | 'reminders' | 'payouts', TlsFront>;
  /** Starts every service, which trusts this authority. */
  start(name: string, authority: 'ours' | 'strange'): Promise<TlsStack>;
  stop(): Promise<void>;
};

export type TlsStack = {
  logDir: string;
  user(role: 'customer' | 'provider'): Promise<TestUser>;
  stop(): Promise<void>;
};

export async function startTlsServers(): Promise<TlsServers> {
  const postgres = await startTlsPostgres();
  const { certificates } = postgres;
  const plain = await startServers({ only: ['mongo'] });
  const nats = await startTlsNats();
  let issuer: Issuer | undefined;
  let stack: Stack | undefined;
  const front = (target: () => string | undefined) =>
    startTlsFront(certificates, () => new URL(target() ?? 'http://127.0.0.1:9'));
  const fronts = {
    issuer: await front(() => issuer?.jwksUrl),
    mongo: await front(() => plain.mongo.url.replace('mongodb:', 'http:')),
    scheduling: await front(() => stack?.addresses.urls.scheduling),
    reminders: await front(() => stack?.addresses.urls.reminders),
    payouts: await front(() => stack?.addresses.urls.payouts),
  };
  const known = await startIssuer({ hosts: [`localhost:${fronts.issuer.port}`] });
  issuer = known;
  const https = ({ port }: TlsFront, path = '') => `https://localhost:${port}${path}`;

  // Of PostgreSQL, which all but NATS share, and of NATS.
  const authorities = join(await mkdtemp(join(tmpdir(), 'punctual-tls-')), 'authorities.pem');
  const roots = [certificates.rootCert, nats.certificates.rootCert].map((path) => readFile(path, 'utf8'));
  await writeFile(authorities, (await Promise.all(roots)).join('\n'));
  // Also for `ops streams apply`, which inherits it.
  process.env.NODE_EXTRA_CA_CERTS = authorities;
  const environment = (name: string, authority: 'ours' | 'strange') => {
    const mongo = new URL(plain.mongo.url);
    mongo.host = `localhost:${fronts.mongo.port}`;
    mongo.pathname = `/tls_${name}`;
    mongo.searchParams.set('tls', 'true');
    mongo.searchParams.set('tlsCAFile', certificates.rootCert);
    mongo.searchParams.set('directConnection', 'true');
    return {
      NODE_EXTRA_CA_CERTS: authority === 'ours' ? authorities : certificates.strangeRootCert,
      MONGO_URL: mongo.href,
      AUTH_JWKS_URL: https(fronts.issuer, new URL(known.jwksUrl).pathname),
      SCHEDULING_URL: https(fronts.scheduling),
      REMINDERS_URL: https(fronts.reminders),
      PAYOUTS_URL: https(fronts.payouts),
    };
  };
  const start: TlsServers['start'] = async (name, authority) => {
    const databases = {
      scheduling: await createDatabase(postgres.url, `scheduling_${name}`),
      payouts: await createDatabase(postgres.url, `payouts_${name}`),
    };
    const logDir = fileURLToPath(new URL(`../../.punctual/tests/tls-${name}`, import.meta.url));
    const addresses = { databases, nats: nats.url, mongo: plain.mongo.url, issuer: known, logDir };
    const started = await startStack({ ...addresses, environment: environment(name, authority) });
    stack = started;
    const user: TlsStack['user'] = async (role) => {
      const id = crypto.randomUUID();
      const token = await known.token({ sub: id, roles: [role] });
      return createUser({ id, url: started.addresses.urls.gateway, token, fetch });
    };
    return { logDir, user, stop: () => started.stop() };
  };
  return {
    postgresUrl: postgres.url,
    fronts,
    start,
    stop: async () => {
      await Promise.all(Object.values(fronts).map((each) => each.stop()));
      await rm(dirname(authorities), { recursive: true });
      await known.stop();
      await nats.stop();
      await plain.stop();
      await postgres.stop();
    },
  };
}
