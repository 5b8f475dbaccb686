import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, Unavailable } from './source.ts';

const version = '8.2.6';
const probePatienceMs = 3_000;

/** The path of a `mongod` for this platform, downloaded once by `mongodb-memory-server`. */
export async function downloadMongod(host: Host): Promise<string> {
  const folder = await host.cache.folderOf(`mongod-${version}`, async (draft) => {
    await requireReachable(new URL(host.env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org'));
    host.log(`MongoDB: downloading mongod ${version}, once`);
    const { MongoBinary } = await import('mongodb-memory-server-core');
    const path = await Promise.race([MongoBinary.getPath({ version, downloadDir: draft }), aborted(host.signal)]);
    await rename(path, join(draft, 'mongod'));
  });
  return join(folder, 'mongod');
}

/** The download itself would try for minutes. */
async function requireReachable(site: URL): Promise<void> {
  await fetch(site, { method: 'HEAD', signal: AbortSignal.timeout(probePatienceMs) }).catch(() => {
    throw new Unavailable(`${site.host} cannot be reached`);
  });
}

/** The download cannot be given up, only left alone until the process ends. */
async function aborted(signal: AbortSignal | undefined): Promise<never> {
  if (signal && !signal.aborted) await once(signal, 'abort');
  throw signal?.reason;
}
