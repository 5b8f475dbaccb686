import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSend, createUser, eventually, giveJob, propose } from '@punctual/testkit';
import { type Outcome, startSteadyLoad } from '../under-load/steady-load.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Service, services, tags } from './images.ts';
import { nodeName } from './node.ts';
import type { Outside } from './outside.ts';
import { namespace, type Releases } from './releases.ts';
import { run } from './run.ts';

export type World = { folder: string; controlPlane: ControlPlane; releases: Releases; outside: Outside };
/** A name for the output, and what is done and checked; it rejects when something does not hold. */
export type Step = [string, (world: World) => Promise<string | undefined>];

const stores = ['scheduling', 'reminders', 'payouts'] as const;
const inNamespace = ({ controlPlane }: World, ...args: string[]) => controlPlane.kubectl('-n', namespace, ...args);
const podsOf = (name: string) => ['-l', `app.kubernetes.io/name=${name}`];

export const steps: readonly Step[] = [
  ['installs the streams alone', async (world) => install(world, 'streams')],
  ...stores.map((name): Step => [`installs ${name} alone, migrated by its Job`, async (world) => install(world, name)]),
  ['installs the gateway alone', async (world) => install(world, 'gateway')],
  ['plays the journey of the demo', playDemo],
  ['upgrades and rolls back every service under load', (world) => underLoad(world, rollEverything)],
  ['keeps serving while an upgrade fails', (world) => underLoad(world, failToUpgrade)],
  ['drains the node down to what the PodDisruptionBudget allows', (world) => underLoad(world, drainNode)],
  ['replaces killed pods', killPods],
  ['accepts an autoscaler', autoscale],
  ['uninstalls one service alone', uninstall],
];

async function install(world: World, name: Service | 'streams'): Promise<string> {
  await world.releases.upgrade(name);
  const job = name === 'streams' ? 'streams-apply' : `${name}-migrate`;
  const events = await inNamespace(
    world,
    'get',
    'events',
    '-o',
    'json',
    '--field-selector',
    `involvedObject.name=${job}`,
  );
  const reasons: string[] = JSON.parse(events).items.map(({ reason }: { reason: string }) => reason);
  if (name !== 'gateway' && !reasons.includes('Completed'))
    throw new Error(`The Job ${job} did not complete: ${reasons}`);
  return await inNamespace(world, 'get', 'pods', ...podsOf(name), '--no-headers');
}

async function gatewayUrl(world: World): Promise<string> {
  const port = await inNamespace(world, 'get', 'service', 'gateway', '-o', 'jsonpath={.spec.ports[0].nodePort}');
  return `http://127.0.0.1:${port}`;
}

async function playDemo(world: World): Promise<string> {
  const { folder, outside } = world;
  const file = join(folder, 'stack.json');
  const { issuer, localNats: nats } = outside;
  const stack = { gateway: await gatewayUrl(world), nats, issuer: issuer.issuer, jwks: issuer.jwksUrl };
  await writeFile(file, JSON.stringify({ ...stack, paymentProvider: 'manual' }));
  const demo = new URL('../../packages/devstack/src/cli/demo.ts', import.meta.url).pathname;
  const output = await run(process.execPath, [demo, '--stack', file]);
  return output.split('\n').at(-1) ?? '';
}

/** Does something while requests are sent. @throws when one of them is lost */
async function underLoad(world: World, work: (world: World) => Promise<void>): Promise<string> {
  const url = await gatewayUrl(world);
  const person = async (...roles: string[]) => {
    const id = randomUUID();
    return createUser({ id, url, token: await world.outside.issuer.token({ sub: id, roles }), fetch });
  };
  const customer = await person('customer');
  const visit = await giveJob(customer, await person('provider'));
  await propose(visit);
  const token = await world.outside.issuer.token({ sub: customer.id, roles: ['ops', 'finance', 'customer'] });
  const load = startSteadyLoad([createSend({ url, token, fetch })], visit.assignmentId);
  try {
    await work(world);
  } finally {
    await load.stop();
  }
  const lost = load.outcomes.filter((outcome) => outcome.lost);
  const text = `${lost.length} of ${load.outcomes.length} requests failed`;
  if (lost.length > 0) throw new Error(`${text}: ${[...new Set(lost.map(describe))].join('; ')}`);
  return text;
}

function describe({ what, status, because }: Outcome): string {
  const cause =
    because instanceof Error ? `${because.message} ${String(because.cause ?? '')}` : JSON.stringify(because);
  return `${what}: ${status ?? cause}`;
}

async function rollEverything({ releases }: World): Promise<void> {
  for (const name of services) {
    await releases.upgrade(name, [`image.tag=${tags[1]}`]);
    await releases.helm('rollback', name, '--wait', '--timeout', '5m');
  }
}

/** An image that does not exist: the Job of the migration never starts, and no pod is replaced. */
async function failToUpgrade(world: World): Promise<void> {
  const before = await inNamespace(world, 'get', 'pods', ...podsOf('scheduling'), '-o', 'name');
  const failing = world.releases.upgrade('scheduling', ['image.tag=9.9.9'], ['--wait', '--timeout', '15s']);
  if (
    await failing.then(
      () => true,
      () => false,
    )
  )
    throw new Error('An upgrade to a missing image succeeded');
  const after = await inNamespace(world, 'get', 'pods', ...podsOf('scheduling'), '-o', 'name');
  if (after !== before) throw new Error(`The failed upgrade replaced pods: ${before} became ${after}`);
  await world.releases.upgrade('scheduling');
}

async function drainNode(world: World): Promise<void> {
  const { kubectl } = world.controlPlane;
  const selector = '--pod-selector=app.kubernetes.io/name in (gateway,scheduling,reminders,payouts)';
  const drained = kubectl('drain', nodeName, selector, '--delete-emptydir-data', '--timeout=25s');
  if (
    await drained.then(
      () => true,
      () => false,
    )
  )
    throw new Error('The drain evicted every pod');
  const left = await inNamespace(world, 'get', 'deployments', '-o', 'jsonpath={.items[*].status.readyReplicas}');
  await kubectl('uncordon', nodeName);
  if (left !== '1 1 1 1 1') throw new Error(`Ready pods of each Deployment after the drain: ${left}`);
  await ready(world);
}

async function killPods(world: World): Promise<string> {
  for (const name of services) {
    const [pod = ''] = (await inNamespace(world, 'get', 'pods', ...podsOf(name), '-o', 'name')).split('\n');
    await inNamespace(world, 'delete', pod, '--grace-period=0', '--force');
  }
  await ready(world);
  return playDemo(world);
}

async function ready(world: World): Promise<void> {
  for (const name of services) await inNamespace(world, 'rollout', 'status', `deployment/${name}`, '--timeout=180s');
}

/** It has no metrics here, so it keeps the least number of pods. */
async function autoscale(world: World): Promise<string> {
  await world.releases.upgrade('reminders', ['services.reminders.autoscaling.enabled=true']);
  return eventually(
    async () => {
      const of = async (kind: string, path: string) =>
        inNamespace(world, 'get', kind, 'reminders', '-o', `jsonpath={${path}}`);
      const able = await of('hpa', '.status.conditions[?(@.type=="AbleToScale")].status');
      const pods = await of('deployment', '.status.readyReplicas');
      if (able !== 'True' || pods !== '2') throw new Error(`AbleToScale is ${able}, and ${pods} pods are ready`);
      return inNamespace(world, 'get', 'hpa', 'reminders', '--no-headers');
    },
    { withinMs: 120_000 },
  );
}

async function uninstall(world: World): Promise<string> {
  await world.releases.helm('uninstall', 'reminders', '--wait', '--timeout', '2m');
  const kinds = 'deployments,services,jobs,networkpolicies,hpa,pdb,serviceaccounts';
  const left = await inNamespace(world, 'get', kinds, '-l', 'app.kubernetes.io/instance=reminders', '-o', 'name');
  if (left) throw new Error(`The uninstalled release left ${left}`);
  return (await world.releases.helm('list', '--short')).split('\n').join(' ');
}
