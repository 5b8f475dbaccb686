import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  clusterOf,
  eventStreams,
  lead,
  leaderOf,
  type Node,
  nodesOf,
  untilStoredWithout,
  untilWhole,
  whileNothingIsLost,
} from './cluster-steps.ts';
import { endLead } from './end-lead.ts';
import type { Fault, FaultContext } from './fault.ts';

const kills = { quick: 2, full: 8 };
const cuts = { quick: 1, full: 3 };
const rounds = { quick: 1, full: 3 };
/** In which the cluster elects other leaders and clients leave the server. */
const storedWithinMs = 45_000;
/** Longer than the ten to twenty seconds after which leaders that were cut off step down. */
const cutMs = { quick: 25_000, full: 45_000 };
const awayMs = { quick: 2_000, full: 15_000 };
/** In which outboxes and watcher look at what the returned server holds. */
const lookedAtMs = 6_000;

/** One server of three has a fault, and the others go on. */
export const clusterFaults: readonly Fault[] = [
  {
    name: 'nats-cluster-leader-killed',
    what: 'SIGKILL of the NATS server that leads a stream, again and again; each is back before the next',
    alerts: ['EventsLate'],
    onCluster: true,
    isOnlyFull: true,
    inject: ({ stack, random, pace }) =>
      whileNothingIsLost(stack, async () => {
        for (let kill = 0; kill < kills[pace]; kill += 1) {
          await delay(random.between(300, 1_500));
          const { server } = await leaderOf(stack, random.pick(eventStreams));
          await server.signal('SIGKILL');
          stack.countKill();
          await restart(stack, server, random.between(0, 4_000));
        }
      }),
  },
  {
    name: 'nats-cluster-partitioned',
    what: 'a NATS server is cut off from the two others, while its clients still reach it, and another instance takes the lead of the outbox',
    alerts: ['EventsLate'],
    onCluster: true,
    isOnlyFull: true,
    inject: (context) =>
      whileNothingIsLost(context.stack, async () => {
        for (let cut = 0; cut < cuts[context.pace]; cut += 1) await cutOff(context);
      }),
  },
  {
    name: 'nats-cluster-rolling-restart',
    what: 'the NATS servers are restarted one by one; each has caught up before the next one stops',
    alerts: [],
    onCluster: true,
    isOnlyFull: true,
    inject: ({ stack, random, pace }) =>
      whileNothingIsLost(stack, async () => {
        for (let round = 0; round < rounds[pace]; round += 1) {
          for (const { server } of random.shuffle(nodesOf(stack))) {
            await restart(stack, server, random.between(0, 2_000));
          }
        }
      }),
  },
  {
    name: 'nats-cluster-empty-disk',
    what: 'a NATS server comes back with an empty folder, catches up, and then leads',
    alerts: [],
    onCluster: true,
    isOnlyFull: true,
    inject: ({ stack, random, pace }) =>
      whileNothingIsLost(stack, async () => {
        const node = random.pick(nodesOf(stack));
        await node.server.halt();
        await rm(folderOf(node), { recursive: true });
        await delay(awayMs[pace]);
        await comeBack(stack, node);
      }),
  },
  {
    name: 'nats-cluster-old-disk',
    what: 'a NATS server comes back with an older copy of its folder, catches up, and then leads',
    alerts: [],
    onCluster: true,
    isOnlyFull: true,
    inject: ({ stack, random, pace }) =>
      whileNothingIsLost(stack, async () => {
        const node = random.pick(nodesOf(stack));
        const copy = `${folderOf(node)}-before`;
        await node.server.halt();
        await cp(folderOf(node), copy, { recursive: true });
        await node.server.resume();
        await untilWhole(stack);
        await delay(awayMs[pace]);
        await node.server.signal('SIGKILL');
        stack.countKill();
        await node.server.halt();
        await rm(folderOf(node), { recursive: true });
        await cp(copy, folderOf(node), { recursive: true });
        await rm(copy, { recursive: true });
        await comeBack(stack, node);
      }),
  },
];

async function cutOff({ stack, random, pace }: FaultContext): Promise<void> {
  const { routes } = clusterOf(stack);
  const node = random.pick(nodesOf(stack));
  const until = performance.now() + cutMs[pace];
  routes.cutOff(node.index, random.pick(['reset', 'hold']));
  try {
    await delay(random.between(0, 15_000));
    await endLead(stack);
    await untilStoredWithout(stack, node, storedWithinMs);
    await delay(Math.max(0, until - performance.now()));
  } finally {
    routes.heal();
  }
  await untilWhole(stack);
}

async function restart(stack: FaultContext['stack'], server: Node['server'], downMs: number): Promise<void> {
  await server.halt();
  await delay(downMs);
  await server.resume();
  await untilWhole(stack);
}

async function comeBack(stack: FaultContext['stack'], node: Node): Promise<void> {
  await node.server.resume();
  await untilWhole(stack);
  await lead(stack, node);
  await delay(lookedAtMs);
}

/** What JetStream keeps. */
function folderOf({ name, server }: Node): string {
  if (server.folder === undefined) throw new Error(`${name} is not a process of ours.`);
  return join(server.folder, 'jetstream');
}
