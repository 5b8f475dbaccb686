import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireDebianCommand } from './apt.ts';
import { startLocalServer } from './local-server.ts';
import { askPostgres } from './postgres.ts';
import { type Host, type Server, startFirst } from './source.ts';
import { postgresUser } from './users.ts';

export type PooledServer = {
  /** The server that it pools connections to: any of its databases, as the user of the URL. */
  postgresUrl: string;
  /** The section `[pgbouncer]` of its configuration; transaction pooling by default. */
  settings?: Readonly<Record<string, string | number>>;
};

/**
 * PgBouncer in front of a PostgreSQL. Its URL is the server's with another port.
 * @throws NoServerError
 */
export function startPgbouncer(host: Host, { postgresUrl, settings }: PooledServer): Promise<Server> {
  const { hostname, port, username, password } = new URL(postgresUrl);
  const start = async () => {
    const program = await requireDebianCommand(host, {
      command: 'pgbouncer',
      packages: ['pgbouncer'],
      what: 'PgBouncer',
    });
    const user = await postgresUser();
    const write = async (name: string, lines: string[]) => {
      const path = join(host.run.folder, name);
      await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
      if (user) await chown(path, user.uid, user.gid);
      return path;
    };
    const users = await write('pgbouncer-users', [`"${username}" "${password}"`]);
    const configuration = (listenPort: number) =>
      write('pgbouncer.ini', [
        '[databases]',
        `* = host=${hostname} port=${port} user=${username} password=${password}`,
        '[pgbouncer]',
        ...Object.entries({
          listen_addr: '127.0.0.1',
          listen_port: listenPort,
          unix_socket_dir: '',
          auth_type: 'plain',
          auth_file: users,
          pool_mode: 'transaction',
          ...settings,
        }).map(([name, value]) => `${name} = ${value}`),
      ]);
    return startLocalServer(host, {
      name: 'pgbouncer',
      stopSignal: 'TERM',
      command: async (listenPort) => [program, await configuration(listenPort)],
      url: (listenPort) => Object.assign(new URL(postgresUrl), { port: String(listenPort) }).href,
      ask: askPostgres,
      ...(user && { user }),
    });
  };
  const sources = [{ kind: 'local' as const, name: 'pgbouncer of this machine', start }];
  return startFirst(host, { what: 'PgBouncer', sources, remedy: 'Install pgbouncer so that it is on the PATH.' });
}
