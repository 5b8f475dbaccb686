import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { connectNatsPeer } from '../network/nats-peer.ts';
import type { DrillCluster } from '../stack/drill-servers.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import { whileWatched } from './while-watched.ts';

/** One server of the cluster, by its number from 0 and by the name that JetStream knows. */
export type Node = { index: number; name: string; server: Server };

/** What users' events go through. */
export const eventStreams = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const;

const wholeWithinMs = 60_000;
/** Logged by an outbox, by reminders and by the watcher of the streams. */
const lossLine = /has lost (?:its last )?(?:events|messages)/g;

/** @throws where the stack has one NATS server only */
export function clusterOf({ cluster }: DrillStack): DrillCluster {
  if (!cluster) throw new Error('This fault needs a cluster.');
  return cluster;
}

export function nodesOf(stack: DrillStack): Node[] {
  return clusterOf(stack).servers.map((server, index) => ({ index, name: `nats-${index + 1}`, server }));
}

/** The one that leads a stream. */
export async function leaderOf(stack: DrillStack, stream: string): Promise<Node> {
  const { cluster } = await stack.peer.manager.streams.info(stream);
  const leader = nodesOf(stack).find(({ name }) => name === cluster?.leader);
  if (!leader) throw new Error(`${stream} has no leader`);
  return leader;
}

/** Has one server lead all streams of events, so that what it holds is what everybody reads. */
export async function lead(stack: DrillStack, { name }: Node): Promise<void> {
  for (const stream of eventStreams) {
    await eventually(async () => {
      if ((await leaderOf(stack, stream)).name === name) return;
      await stack.peer.handOver(stream, name);
      throw new Error(`${name} does not lead ${stream}`);
    });
  }
}

/**
 * Waits until each stream and each durable has all its replicas, and they have caught up.
 * @throws after a minute
 */
export async function untilWhole({ peer }: DrillStack): Promise<void> {
  await eventually(
    async () => {
      const streams = (await peer.manager.streams.list().next()).map(({ config, cluster }) => ({
        what: config.name,
        cluster,
      }));
      const durables = (await peer.consumers()).map(({ name, cluster }) => ({ what: name, cluster }));
      const all = [...streams, ...durables];
      if (all.length === 0) throw new Error('No stream answers');
      for (const { what, cluster } of all) {
        const current = cluster?.replicas?.filter((replica) => replica.current && !replica.offline).length ?? 0;
        if (!cluster?.leader || current < 2) throw new Error(`${what} has ${current} of 2 replicas`);
      }
    },
    { withinMs: wholeWithinMs, everyMs: 250 },
  );
}

/** Waits until more events of users are stored than now, as the others of a cluster see it. */
export async function untilStoredWithout(stack: DrillStack, { index }: Node, withinMs: number): Promise<void> {
  const others = clusterOf(stack).servers.filter((_, each) => each !== index);
  const peer = await connectNatsPeer(others.map(({ url }) => url).join(','));
  const lastSequence = async () => (await peer.manager.streams.info('SCHEDULE')).state.last_seq;
  try {
    // The leader may be the server that is away.
    const before = await eventually(lastSequence, { withinMs });
    await eventually(
      async () => {
        if ((await lastSequence()) <= before) throw new Error(`Nothing is stored after ${before}`);
      },
      { withinMs, everyMs: 250 },
    );
  } finally {
    await peer.close();
  }
}

/**
 * Does something to the cluster that loses nothing, and watches the streams meanwhile, as a
 * deployment does.
 * @throws when a service or the watcher nevertheless believes that a stream has lost events
 */
export function whileNothingIsLost(stack: DrillStack, work: () => Promise<void>): Promise<void> {
  return whileWatched(stack, async () => {
    await untilWhole(stack);
    const before = await lossesIn(stack.folder);
    await work();
    const said = (await lossesIn(stack.folder)) - before;
    if (said > 0) throw new Error(`${said} log lines say that a stream has lost events`);
  });
}

async function lossesIn(folder: string): Promise<number> {
  const logs = join(folder, 'logs');
  const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')));
  return texts.reduce((sum, text) => sum + (text.match(lossLine)?.length ?? 0), 0);
}
