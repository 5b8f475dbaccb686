import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCommand, run } from './commands.ts';
import { type Host, Unavailable } from './source.ts';

const suite = 'testing';

/** Lays out a minimal Debian with the packages in an empty folder. As root, on Debian or Ubuntu. */
export async function makeDebianFolder(host: Host, folder: string, packages: string[]): Promise<void> {
  const mmdebstrap = await requireMmdebstrap(host);
  host.log('MongoDB: laying out a Debian folder with PostgreSQL and DocumentDB for FerretDB, once (about a minute)');
  await run({
    command: [
      mmdebstrap,
      '--quiet',
      '--variant=essential',
      `--include=${packages.join(',')}`,
      // Mirrors that are snapshots are not refreshed.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Languages "none"',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*/LC_MESSAGES/*',
      `--essential-hook=${withoutCluster}`,
      suite,
      folder,
      ...(await mirror()),
    ],
    logFile: join(host.run.folder, 'mmdebstrap.log'),
    signal: host.signal,
  });
}

/** PostgreSQL's package would make a cluster of its own. */
const withoutCluster =
  'mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"';

async function requireMmdebstrap(host: Host): Promise<string> {
  const found = await findCommand(host.env, 'mmdebstrap');
  if (found) return found;
  const apt = await findCommand(host.env, 'apt-get');
  if (!apt) throw new Unavailable('FerretDB needs mmdebstrap, of Debian or Ubuntu');
  if (host.env.PUNCTUAL_NO_APT === '1') throw new Unavailable('FerretDB needs mmdebstrap, and PUNCTUAL_NO_APT=1');
  host.log('MongoDB: installing the system package mmdebstrap with apt-get (PUNCTUAL_NO_APT=1 forbids it)');
  const options = {
    env: { ...host.env, DEBIAN_FRONTEND: 'noninteractive' },
    logFile: join(host.run.folder, 'apt.log'),
    signal: host.signal,
  };
  await run({ ...options, command: [apt, 'update', '-qq'] });
  const packages = ['mmdebstrap', 'debian-archive-keyring'];
  await run({ ...options, command: [apt, 'install', '-qq', '-y', '--no-install-recommends', ...packages] });
  return 'mmdebstrap';
}

/** The mirror that this machine's apt uses, if it is one of Debian; without one mmdebstrap knows where Debian is. */
async function mirror(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('apt-get', ['--print-uris', 'update']).catch(() => ({ stdout: '' }));
  return /^'(\S+\/debian)\/dists\//m.exec(stdout)?.slice(1) ?? [];
}
