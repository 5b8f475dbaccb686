/**
 * `npm run test:cluster`: installs the chart on a Kubernetes that it starts on this machine. It needs
 * Linux, root, Go, Docker, containerd, runc and iptables. Exits with 0 when every step holds, and with 1
 * and the reason when one does not, or when something is missing. `-- --keep` leaves the cluster running
 * until Ctrl-C.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runProgram } from '@punctual/devstack';
import { buildKubernetes } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { createDaemons } from './daemons.ts';
import { buildImages } from './images.ts';
import { createBridge } from './network.ts';
import { startNode } from './node.ts';
import { startOutside } from './outside.ts';
import { namespace, prepareReleases } from './releases.ts';
import { missing } from './requirements.ts';
import { steps } from './steps.ts';

const interrupted = 130;

await runProgram(interrupted, async ({ signal }) => {
  // Not by `onEnd`, which allows 30 s in all.
  const releasers: (() => Promise<void>)[] = [];
  try {
    return await test(signal, (release) => void releasers.push(release));
  } finally {
    for (const release of releasers.toReversed()) await release().catch((error: Error) => console.error(error.message));
  }
});

async function test(signal: AbortSignal, onEnd: (release: () => Promise<void>) => void): Promise<number> {
  const { keep } = parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values;
  const lack = await missing();
  if (lack) throw new Error(`No cluster can be started here, because it needs ${lack}`);
  const log = (line: string) => console.log(line);
  const started = performance.now();

  const binaries = await buildKubernetes(log, signal);
  const images = await buildImages(binaries, log);
  // Short, because a path of a Unix socket has at most 107 characters.
  const folder = await mkdtemp('/var/tmp/punctual-cluster-');
  onEnd(() => rm(folder, { recursive: true, force: true }));
  await createBridge(onEnd);
  const outside = await startOutside(onEnd, log);
  const daemons = createDaemons(folder, onEnd);
  const controlPlane = await startControlPlane(daemons, binaries);
  const { importImages } = await startNode(daemons, binaries, controlPlane);
  await importImages(images);
  onEnd(() => endPods(controlPlane));
  log((await controlPlane.kubectl('get', 'nodes', '-o', 'wide', '--no-headers')).replaceAll(/ +/g, ' '));
  const world = { folder, controlPlane, outside, releases: await prepareReleases(folder, controlPlane, outside) };
  log(
    `${seconds(started)} until the cluster is ready; kubeconfig: ${controlPlane.kubeconfig}; logs: ${join(folder, 'logs')}`,
  );

  let failed = 0;
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  aborted.catch(() => undefined);
  for (const [name, step] of steps) {
    if (signal.aborted) break;
    const start = performance.now();
    const [mark, text] = await Promise.race([step(world), aborted]).then(
      (said) => ['✓', said],
      (error: Error) => ['✗', error.message],
    );
    if (mark === '✗') failed += 1;
    log(`${mark} ${name} (${seconds(start)})\n${indented(text ?? '')}`);
  }
  log(`${steps.length - failed} of ${steps.length} steps held, ${seconds(started)} in all`);
  if (keep) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return failed === 0 ? 0 : 1;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(0)} s`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

async function endPods({ kubectl }: ControlPlane): Promise<void> {
  const remove = (...args: string[]) => kubectl('-n', namespace, 'delete', '--all', ...args);
  await remove('deployments,jobs', '--cascade=foreground', '--wait=false');
  await remove('pods', '--grace-period=1');
}
