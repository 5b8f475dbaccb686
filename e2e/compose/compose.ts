/**
 * `npm run test:compose`: builds and starts the compose file under its own name and ports,
 * plays the demo on it, runs two containers of every service, restarts each under load, and removes
 * everything. Exits with 0 when no request failed and nothing is left.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, isPortFree, runProgram } from '@punctual/devstack';
import { describeLoad } from '../under-load/steady-load.ts';
import { requireEngine, root } from './docker.ts';
import { startComposeLoad } from './load.ts';
import { findPinnedImages } from './pinned-images.ts';
import { openProject, type Project } from './project.ts';
import { restart } from './restart.ts';

const services = ['scheduling', 'reminders', 'payouts', 'gateway'] as const;
const twoOfEach = [...services, 'streams'].flatMap((name) => ['--scale', `${name}=2`]);
const drainMs = 2_000;
/** Longer than the gateway's UPSTREAM_RESOLVE_MS: before the next restart it has found the new container. */
const pauseMs = 6_000;
const shownFaults = 20;
const interrupted = 130;

await runProgram(interrupted, async ({ signal, onEnd }) => {
  await requireEngine();
  const names = ['NODE_IMAGE', 'POSTGRES_IMAGE', 'NATS_IMAGE', 'MONGO_IMAGE'];
  const images = await findPinnedImages(names, console.log);
  const [gateway, nats, issuer] = [await twoFreePorts(), await freePort(), await freePort()];
  const project = openProject(`punctual-test-${process.pid}`, {
    ...images,
    GATEWAY_PORT: `${gateway}-${gateway + 1}`,
    NATS_PORT: String(nats),
    ISSUER_PORT: String(issuer),
    SHUTDOWN_DRAIN_MS: String(drainMs),
    COMPOSE_PROFILES: '',
  });
  onEnd(project.remove);

  const step = async (name: string, run: () => Promise<unknown>) => {
    signal.throwIfAborted();
    const from = performance.now();
    await run();
    console.log(`${name} (${seconds(performance.now() - from)})`);
  };
  await step('The images are built', () => project.show('build', '--quiet'));
  await step('Every container is healthy', () => project.show('up', '--wait', '--no-build'));
  await step('The demo succeeded', async () => {
    const [first] = await project.instances('gateway');
    return playDemo({ 8080: Number(new URL((await first?.url()) ?? '').port), 4222: nats, 8090: issuer });
  });
  await step('Two containers of each service are healthy', () =>
    project.show('up', '--wait', '--no-build', '--no-recreate', ...twoOfEach),
  );
  const faults = await restartUnderLoad(project, `http://127.0.0.1:${issuer}`, signal);
  await step('Everything is removed', project.remove);
  for (const left of await project.leftovers()) faults.push(`Not removed: ${left}`);
  for (const fault of faults.slice(0, shownFaults)) console.error(fault);
  return faults.length > 0 ? 1 : 0;
});

/** Restarts every container of every service, one at a time. @returns what went wrong */
async function restartUnderLoad(project: Project, issuer: string, signal: AbortSignal): Promise<string[]> {
  const gateways = await project.instances('gateway');
  const load = await startComposeLoad(await Promise.all(gateways.map(({ url }) => url())), issuer);
  const restarting = restartAll(project, signal);
  await restarting.catch(() => undefined);
  const { outcomes, faults } = await load.stop();
  await restarting;
  console.log(`Each was restarted: ${describeLoad(outcomes)}`);
  return faults;
}

async function restartAll(project: Project, signal: AbortSignal): Promise<void> {
  for (const service of services) {
    for (const instance of await project.instances(service)) {
      console.log(`  ${instance.name}: ready ${seconds(await restart(instance))} after its start`);
      await delay(pauseMs, undefined, { signal });
    }
  }
}

/** Plays the demo on what deploy/compose/stack.json describes, with these ports instead. */
async function playDemo(ports: Readonly<Record<number, number>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'punctual-compose-'));
  try {
    const text = await readFile(join(root, 'deploy/compose/stack.json'), 'utf8');
    const path = join(folder, 'stack.json');
    await writeFile(
      path,
      text.replace(/:(\d+)/g, (_match, port: string) => `:${ports[Number(port)] ?? port}`),
    );
    await promisify(execFile)(process.execPath, ['packages/devstack/src/cli/demo.ts', '--stack', path], { cwd: root });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The lower of two free ports beside each other. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (await isPortFree(port + 1)) return port;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
