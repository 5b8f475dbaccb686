import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls';
import { fail, oneOf } from './url-parameters.ts';

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** The TLS parameters of a URL, named as in libpq (PostgreSQL documentation, 32.18). */
export type TlsSettings = {
  mode: (typeof modes)[number];
  /** Paths; `system` for the certificates of the operating system. */
  rootCert: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  /** Skips the SSLRequest, which saves a round trip. */
  direct: boolean;
  /** SCRAM bound to the channel of TLS. */
  channelBinding: 'disable' | 'prefer' | 'require';
};

/** @throws Wrong for what contradicts itself */
export function tlsSettings(parameters: ReadonlyMap<string, string>): TlsSettings {
  // libpq accepts this one of JDBC.
  oneOf(parameters, 'ssl', ['true'], 'true');
  const rootCert = parameters.get('sslrootcert') || undefined;
  const byDefault = parameters.has('ssl') ? 'require' : 'prefer';
  const mode = oneOf(parameters, 'sslmode', modes, rootCert === 'system' ? 'verify-full' : byDefault);
  const direct = oneOf(parameters, 'sslnegotiation', ['postgres', 'direct'], 'postgres') === 'direct';
  const channelBinding = oneOf(parameters, 'channel_binding', ['disable', 'prefer', 'require'], 'disable');
  const [cert, key] = [parameters.get('sslcert') || undefined, parameters.get('sslkey') || undefined];
  if ((cert === undefined) !== (key === undefined)) fail('sslcert and sslkey need each other');
  if (rootCert === 'system' && mode !== 'verify-full') fail('sslrootcert=system needs sslmode=verify-full');
  const mayBeClear = mode === 'disable' || mode === 'allow' || mode === 'prefer';
  if (direct && mayBeClear) fail('sslnegotiation=direct needs sslmode=require or stricter');
  if (channelBinding === 'require' && mayBeClear) fail('channel_binding=require needs sslmode=require or stricter');
  return { mode, rootCert, cert, key, direct, channelBinding };
}

/**
 * Reads the certificates and the key. They are read for each connection, so that a renewed
 * certificate needs no restart.
 * @throws Wrong when a file cannot be read or used
 */
export function readTls({ rootCert, cert, key }: TlsSettings): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'> {
  const read = {
    ...(rootCert !== undefined && { ca: readRootCert(rootCert) }),
    ...(cert !== undefined && { cert: readFile('sslcert', cert) }),
    ...(key !== undefined && { key: readFile('sslkey', key) }),
  };
  try {
    createSecureContext(read);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it is malformed';
    fail(`sslrootcert, sslcert or sslkey cannot be used: ${reason}`);
  }
  return read;
}

/**
 * Says how a server's certificate is verified. As in libpq, `require` verifies it only if a root
 * certificate is given, and `verify-ca` ignores the name. Without a root certificate `verify-ca`
 * checks the name, since any public CA would do.
 */
export function verification(
  { mode, rootCert }: TlsSettings,
  host: string,
): Pick<ConnectionOptions, 'rejectUnauthorized' | 'checkServerIdentity'> {
  const verifies = mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && rootCert !== undefined);
  const checksName = mode === 'verify-full' || (mode === 'verify-ca' && rootCert === undefined);
  return {
    rejectUnauthorized: verifies,
    // Against the host of the URL, also when it is an IP address.
    checkServerIdentity: (_name, certificate) => (checksName ? checkServerIdentity(host, certificate) : undefined),
  };
}

function readRootCert(path: string): string | string[] {
  if (path === 'system') return [...getCACertificates('system'), ...getCACertificates('default')];
  const text = readFile('sslrootcert', path);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  return fail('sslrootcert holds no certificate in PEM');
}

function readFile(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return fail(`${parameter}: ${path} cannot be read (${code})`);
  }
}
