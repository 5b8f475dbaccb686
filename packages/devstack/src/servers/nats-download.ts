import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from './commands.ts';
import { requireReachable } from './reachable.ts';
import type { Host } from './source.ts';

const releases = 'https://github.com/nats-io/nats-server/releases/download';
const downloadPatienceMs = 120_000;

/**
 * Downloads the release of nats-server for this platform into the folder, and checks it against the
 * release's sums. `PUNCTUAL_NATS_MIRROR` takes the place of the releases' address.
 * @throws Unavailable when it is not reachable at once
 */
export async function downloadNats(host: Host, version: string, folder: string): Promise<void> {
  const release = `${host.env.PUNCTUAL_NATS_MIRROR || releases}/v${version}`;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const archive = `${release}/nats-server-v${version}-${process.platform}-${arch}.tar.gz`;
  await requireReachable(archive);
  host.log(`NATS: downloading nats-server ${version}, once`);
  const signal = AbortSignal.any([AbortSignal.timeout(downloadPatienceMs), ...(host.signal ? [host.signal] : [])]);
  const [sums, bytes] = await Promise.all([
    download(`${release}/SHA256SUMS`, signal).then((sums) => sums.toString()),
    download(archive, signal),
  ]);
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (!sums.split('\n').includes(`${sum}  ${basename(archive)}`))
    throw new Error(`${archive} does not match its checksum`);

  const file = join(folder, 'archive.tar.gz');
  await writeFile(file, bytes);
  await run({
    command: ['tar', '-xzf', file, '-C', folder, '--strip-components=1'],
    logFile: join(host.run.folder, 'nats-download.log'),
    signal: host.signal,
  });
}

async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`${url} returns ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
