/**
 * `npm run test:images`: builds every image twice, the second time without the cache, and compares
 * the digests. Prints how much each adds to the base image. Exits with 1 when two digests differ, an
 * image adds more than 100 MB, or its heap does not fit its memory. `-- gateway ops` builds only these.
 */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { runProgram } from '@punctual/devstack';
import { docker, requireEngine, root } from './docker.ts';
import { findPinnedImages } from './pinned-images.ts';

const targets = {
  gateway: 'service',
  scheduling: 'service',
  reminders: 'service',
  payouts: 'service',
  console: 'service',
  ops: 'ops',
  devstack: 'issuer',
} as const;
type Name = keyof typeof targets;

const mostBytes = 100_000_000;
const memoryLimits = ['192m', '320m'];
/** Needs more memory than any limit. */
const greedy = 'const all = []; for (;;) all.push({ some: [1, 2, 3] });';

await runProgram(130, async ({ signal, onEnd }) => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const names = (positionals.length > 0 ? positionals : Object.keys(targets)) as Name[];
  const unknown = names.filter((name) => !(name in targets));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(' ')}. Images: ${Object.keys(targets).join(' ')}`);
  await requireEngine();
  const images = await findPinnedImages(['NODE_IMAGE'], console.log);
  const base = await sizeOf(images.NODE_IMAGE ?? '');

  const faults: string[] = [];
  const epoch = await commitTime();
  for (const name of names) {
    signal.throwIfAborted();
    const tag = `punctual-test-${process.pid}-${name}`;
    onEnd(() => docker(['rmi', '--force', tag]).then(() => undefined));
    const build = (...options: string[]) =>
      docker(
        // biome-ignore format: pairs
        ['build', '--quiet', '-f', 'deploy/Dockerfile', '--target', targets[name], '-t', tag,
          '--build-arg', `SERVICE=${name}`, '--build-arg', `SOURCE_DATE_EPOCH=${epoch}`,
          '--build-arg', `NODE_IMAGE=${images.NODE_IMAGE}`, ...options, '.'],
        { DOCKER_BUILDKIT: '1' },
      );
    const [first, second] = [await build(), await build('--no-cache')];
    const added = (await sizeOf(tag)) - base;
    if (first !== second) faults.push(`${name}: two builds gave ${first} and ${second}`);
    if (added > mostBytes) faults.push(`${name} adds more than 100 MB to the base image`);
    for (const limit of memoryLimits) {
      if (!(await endsWithMessage(tag, limit))) faults.push(`${name} is killed in a container of ${limit}`);
    }
    console.log(`${name.padEnd(12)} ${String(Math.round(added / 1e6)).padStart(3)} MB over the base  ${second}`);
  }
  for (const fault of faults) console.error(fault);
  return faults.length > 0 ? 1 : 0;
});

async function sizeOf(image: string): Promise<number> {
  return Number(await docker(['image', 'inspect', '--format', '{{.Size}}', image]));
}

/** Whether a process that takes all memory it gets ends with Node's message, not by the kernel. */
async function endsWithMessage(image: string, limit: string): Promise<boolean> {
  const options = ['--rm', '--read-only', '--tmpfs', '/tmp', '--memory', limit, '--memory-swap', limit];
  return docker(['run', ...options, image, '-e', greedy]).then(
    () => false,
    ({ stderr }: { stderr: string }) => stderr.includes('JavaScript heap out of memory'),
  );
}

/** When the commit was made, in seconds. */
async function commitTime(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['log', '-1', '--format=%ct'], { cwd: root });
  return stdout.trim();
}
