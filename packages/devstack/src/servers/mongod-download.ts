import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { requireReachable } from './reachable.ts';
import type { Host } from './source.ts';

const version = '8.2.6';

/** The path of a `mongod` for this platform, downloaded once by `mongodb-memory-server`. */
export async function downloadMongod(host: Host): Promise<string> {
  const folder = await host.cache.folderOf(`mongod-${version}`, async (draft) => {
    await requireReachable(host.env.MONGOMS_DOWNLOAD_MIRROR || 'https://fastdl.mongodb.org');
    host.log(`MongoDB: downloading mongod ${version}, once`);
    const { MongoBinary } = await import('mongodb-memory-server-core');
    const path = await Promise.race([MongoBinary.getPath({ version, downloadDir: draft }), aborted(host.signal)]);
    await rename(path, join(draft, 'mongod'));
  });
  return join(folder, 'mongod');
}

/** The download cannot be given up, only left alone until the process ends. */
async function aborted(signal: AbortSignal | undefined): Promise<never> {
  if (signal && !signal.aborted) await once(signal, 'abort');
  throw signal?.reason;
}
