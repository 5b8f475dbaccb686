import { setTimeout as delay } from 'node:timers/promises';
import { consumers } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { runOps } from '../faults/run-ops.ts';
import { readEvent } from '../network/read-event.ts';
import type { DrillStack } from './drill-stack.ts';
import { instances } from './instances.ts';

export type RestoredService = 'scheduling' | 'payouts';

const followed = {
  scheduling: [consumers.schedulingReminder, consumers.schedulingPayout],
  payouts: [consumers.payoutsSchedule],
} as const;
const streams = { scheduling: 'SCHEDULE', payouts: 'PAYOUT' } as const;
/** For stopping and starting the service, and for taking the lead of its outbox. */
const noticedWithinMs = 30_000;
/** A running consumer compares its database with its stream every five seconds. */
const readAgainWithinMs = 30_000;

/** The sequence of the last event that the service has published. */
export async function lastPublished({ peer }: DrillStack, service: RestoredService): Promise<number> {
  return (await peer.manager.streams.info(streams[service])).state.last_seq;
}

/**
 * Waits until a service has noticed that its database is older than its stream, and then repairs it
 * as ops does.
 * @param published the last event that the service had published when its database became older
 * @param looksMs how long ops looks at the plan
 * @throws when the service publishes before ops has agreed, or is ready
 */
export async function reconcile(
  stack: DrillStack,
  service: RestoredService,
  { published, looksMs }: { published: number; looksMs: number },
): Promise<void> {
  await eventually(() => refuseUnnoticed(stack, service), { withinMs: noticedWithinMs, everyMs: 100 });
  await eventually(() => refuseReady(stack, service));
  await delay(looksMs);
  const since = (await lastPublished(stack, service)) - published;
  if (since > 0) throw new Error(`${service} published ${since} events from a database that is older than its stream`);
  await runOps(stack, ['reconcile-after-restore', '--service', service, '--reason', 'A drill', '--yes']);
}

/** Waits until a service has applied everything on the streams that it follows, also what its database forgot. */
export async function untilReadAgain(stack: DrillStack, service: RestoredService): Promise<void> {
  for (const { durable, stream } of followed[service]) {
    const ids = (await stack.peer.read(stream)).flatMap(({ text }) => readEvent(text)?.id ?? []);
    await eventually(() => refuseLacking(stack, service, { consumers: [durable, `dlq.${durable}.${stream}`], ids }), {
      withinMs: readAgainWithinMs,
      everyMs: 200,
    });
  }
}

async function refuseLacking(
  { databases }: DrillStack,
  service: RestoredService,
  { consumers, ids }: { consumers: readonly string[]; ids: readonly string[] },
): Promise<void> {
  const { rows } = await databases[service].query(
    `select id from unnest($1::uuid[]) as event (id)
      where not exists (select from inbox where consumer = any($2) and event_id = id)`,
    [ids, consumers],
  );
  if (rows.length > 0) throw new Error(`${consumers[0]} has not read ${rows.length} events again`);
}

async function refuseUnnoticed({ databases }: DrillStack, service: RestoredService): Promise<void> {
  const { rows } = await databases[service].query('select from restore');
  if (rows.length === 0) throw new Error(`${service} has not noticed that its database is older than its stream`);
}

async function refuseReady({ processes }: DrillStack, service: RestoredService): Promise<void> {
  for (const instance of instances) {
    const { url } = processes.service(service, instance);
    const response = await fetch(new URL('/healthz/ready', url));
    const text = await response.text();
    if (response.status !== 503 || !text.includes('"restore":"away"'))
      throw new Error(`${service} is ready while its database is older than its stream: ${response.status} ${text}`);
  }
}
