import { setTimeout as delay } from 'node:timers/promises';
import { instances } from '../stack/instances.ts';
import { copyDatabase, putBack } from '../stack/postgres-copy.ts';
import { lastPublished, type RestoredService, reconcile, untilReadAgain } from '../stack/reconcile.ts';
import type { Fault } from './fault.ts';

/** Long enough for commands, events and payouts that the copy does not have. */
const lostMs = { quick: 4_000, full: 30_000 };
/** At full length long enough for the alert. */
const looksMs = { quick: 1_500, full: 12_000 };
/** Within this time NATS stores what was published before the database went away. */
const inFlightMs = 500;
const backup = 'backup';

export const restoredFaults: readonly Fault[] = [
  // What is committed while nobody has agreed to the repair takes effect late.
  { ...restored('scheduling', 'assignment'), alerts: ['DatabaseOlder', 'EventsLate'] },
  { ...restored('payouts', 'payout'), isOnlyFull: true },
];

function restored(service: RestoredService, aggregate: 'assignment' | 'payout'): Fault {
  return {
    name: `${service}-restored`,
    what: `the database of ${service} comes back as it was half a minute before, while users work on, and ops reconciles it`,
    alerts: ['DatabaseOlder'],
    losesCommits: true,
    inject: async ({ stack, random, pace }) => {
      const url = stack.addresses.databases[service];
      await stack.peer.untilStreamHolds('PAYOUT', 20);
      const from = performance.now();
      await copyDatabase(url, backup);
      await delay(lostMs[pace]);
      const processes = instances.map((instance) => stack.processes.service(service, instance));
      const isStopped = random.chance(0.5);
      if (isStopped) await Promise.all(processes.map((process) => process.stop()));
      await putBack(url, backup);
      await delay(inFlightMs);
      const published = await lastPublished(stack, service);
      const started = isStopped ? Promise.all(processes.map((process) => process.start())) : [];
      await Promise.all([started, reconcile(stack, service, { published, looksMs: looksMs[pace] })]);
      stack.noteLoss({ of: [aggregate], from, until: performance.now() });
      await untilReadAgain(stack, service);
    },
  };
}
