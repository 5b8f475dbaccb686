import { openCache } from '@punctual/devstack';
import { type BuildOptions, ToolMissing } from './generated-client.ts';
import { missing, runTool } from './run-tool.ts';

/** Makes of a line of shell what runs it in the folder with Swift at hand. */
export type Swift = (script: string) => string[];

const suite = 'trixie';
const version = '6.0.3';

/**
 * Finds the Swift compiler: the one on the PATH, otherwise Debian's in a folder in the cache, which
 * root lays out once.
 * @param folder where scripts run
 * @throws ToolMissing
 */
export async function findSwift(folder: string, { log, signal }: BuildOptions): Promise<Swift> {
  const tool = { cwd: folder, signal };
  const isOnPath = await runTool(['swiftc', '--version'], tool).then(
    () => true,
    () => false,
  );
  if (isOnPath) return (script) => ['sh', '-c', script];

  if (process.getuid?.() !== 0) throw new ToolMissing("swiftc is not on the PATH, and only root can lay out Debian's");
  const noMmdebstrap = missing(
    "swiftc is not on the PATH, and mmdebstrap, which could lay out Debian's, is not either",
  );
  await runTool(['mmdebstrap', '--version'], tool).catch(noMmdebstrap);
  const cache = await openCache({ env: process.env, log, signal });
  const root = await cache.folderOf(`swift-${version}`, async (draft) => {
    log(`laying out a Debian folder with Swift ${version}, once (545 MB to download, 2.6 GB on the disk)`);
    const packages = '--include=swiftlang,g++';
    await runTool(['mmdebstrap', '--quiet', '--variant=essential', packages, ...lean, suite, draft], tool).catch(
      missing("Debian's Swift cannot be downloaded"),
    );
  });
  const swift: Swift = (script) => ['unshare', '--mount', 'sh', '-c', inRoot, root, folder, script];
  await runTool(swift('swiftc --version'), tool).catch(missing("Debian's Swift does not run here"));
  return swift;
}

const lean = [
  '--aptopt=Acquire::Languages "none"',
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-exclude=/usr/share/man/*',
];

/** The mounts are private to the process and end with it. Swift finds itself through `/proc`. */
const inRoot = 'mount -t proc proc "$0/proc" && mount --bind "$1" "$0/mnt" && exec chroot "$0" sh -c "cd /mnt && $2"';
