import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireDebianCommand } from './apt.ts';
import { run } from './commands.ts';
import type { Host } from './source.ts';

const suite = 'testing';

/** Lays out a minimal Debian with the packages in an empty folder. As root, on Debian or Ubuntu. */
export async function makeDebianFolder(host: Host, folder: string, packages: string[]): Promise<void> {
  const mmdebstrap = await requireDebianCommand(host, {
    command: 'mmdebstrap',
    packages: ['mmdebstrap', 'debian-archive-keyring'],
    what: 'FerretDB',
  });
  host.log('MongoDB: building a Debian folder with PostgreSQL and DocumentDB for FerretDB, once (about a minute)');
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

/** PostgreSQL's package would create its own cluster. */
const withoutCluster =
  'mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"';

/**
 * The mirror that this machine's apt uses, if it is one of Debian; without one mmdebstrap knows
 * where Debian is.
 */
async function mirror(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('apt-get', ['--print-uris', 'update']).catch(() => ({ stdout: '' }));
  return /^'(\S+\/debian)\/dists\//m.exec(stdout)?.slice(1) ?? [];
}
