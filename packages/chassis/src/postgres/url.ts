import { isIP } from 'node:net';
import { isHost, parsed } from '../process/addresses.ts';
import { readTls, type TlsSettings, tlsSettings } from './tls-settings.ts';
import { decode, fail, oneOf, readParameters } from './url-parameters.ts';

/** One server of a URL; a host that begins with `/` is the folder of a Unix socket. */
export type PostgresHost = { host: string; port: number };

/** A parsed PostgreSQL URL: all that a connection needs to know. */
export type PostgresUrl = {
  /** Tried in order, on each connection. */
  hosts: readonly PostgresHost[];
  user: string | undefined;
  /** A function, so that no dump of a configuration shows it. */
  password(): string | undefined;
  database: string | undefined;
  tls: TlsSettings;
  applicationName: string | undefined;
  /** For one host, login included. */
  connectTimeoutMs: number;
  /** Settings of the session, as the command line of `postgres` takes them: `-c name=value`. */
  options: string | undefined;
  targetSessionAttrs: (typeof targets)[number];
};

/** Where the servers of a URL are, for the log. */
export const serversOf = ({ hosts }: PostgresUrl) =>
  hosts.map(({ host, port }) => (isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`)).join(',');

/** A setting that is the URL of a PostgreSQL database. */
export const postgresUrl = () => parsed(parsePostgresUrl);

/** Not the ones that ask for a standby: a service writes. */
const targets = ['any', 'read-write', 'primary'] as const;
const defaultPort = 5432;
const defaultTimeoutS = 5;
const maxTimeoutS = 600;

/**
 * Reads a URL as libpq does (PostgreSQL documentation, 32.1.1.2). Files that it names must be
 * readable.
 * @throws Wrong
 */
export function parsePostgresUrl(text: string): PostgresUrl {
  // A / or @ in the database is more likely the rest of a password that was not encoded.
  const match =
    /^postgres(?:ql)?:\/\/(?:([^/?#\p{Cc}]*)@)?([^/?#@\s]*)(?:\/([^?#/@\s]*))?(?:\?([^#\s]*))?$/u.exec(text) ??
    refuse();
  const [, login = '', authority = '', path = '', query = ''] = match;
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(login) ?? [];
  const parameters = readParameters(query);
  const database = parameters.get('dbname') || decode(path, 'the database') || undefined;
  const url: PostgresUrl = {
    hosts: readHosts(authority, parameters),
    user: parameters.get('user') || decode(user ?? '', 'the user') || undefined,
    password: secret(parameters.get('password') || decode(password ?? '', 'the password') || undefined),
    database,
    tls: tlsSettings(parameters),
    applicationName: parameters.get('application_name') || parameters.get('fallback_application_name') || undefined,
    connectTimeoutMs: readTimeout(parameters.get('connect_timeout')) * 1_000,
    options: parameters.get('options') || undefined,
    targetSessionAttrs: oneOf(parameters, 'target_session_attrs', targets, 'any'),
  };
  oneOf(parameters, 'gssencmode', ['disable', 'prefer'], 'prefer');
  oneOf(parameters, 'keepalives', ['0', '1'], '1');
  if (!/^(utf-?8|auto)?$/i.test(parameters.get('client_encoding') ?? '')) fail('client_encoding must be UTF8');
  readTls(url.tls);
  return url;
}

function readHosts(authority: string, parameters: ReadonlyMap<string, string>): PostgresHost[] {
  const written = authority.split(',').map((one) => {
    const [, v6, name = '', port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(one) ?? refuse();
    return { host: v6 ?? decode(name, 'a host'), port };
  });
  const named = parameters.get('host')?.split(',');
  const hosts = named ?? written.map(({ host }) => host);
  const [port = '', ...ports] = parameters.get('port')?.split(',') ?? [];
  if (ports.length > 0 && ports.length !== hosts.length - 1)
    fail(`has ${ports.length + 1} ports for ${hosts.length} hosts`);
  const ofAll = ports.length > 0 ? [port, ...ports] : hosts.map((_, at) => port || (named ? '' : written[at]?.port));
  return hosts.map((host, at) => ({ host: readHost(host), port: readPort(ofAll[at]) }));
}

function readHost(host: string): string {
  if (host === '') return 'localhost';
  return host.startsWith('/') || isHost(host) ? host : fail('has a host that is no name and no IP address');
}

function readPort(text: string | undefined): number {
  if (!text) return defaultPort;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : fail('a port must be a number from 1 to 65535');
}

function readTimeout(text: string | undefined): number {
  if (text === undefined) return defaultTimeoutS;
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= maxTimeoutS) return seconds;
  return fail(`connect_timeout must be whole seconds, from 1 to ${maxTimeoutS}`);
}

function refuse(): never {
  return fail('must be postgres://user:password@host:port/database, with special characters percent-encoded');
}

function secret(value: string | undefined): () => string | undefined {
  return () => value;
}
