import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { runOps } from '../faults/run-ops.ts';
import { copyDatabase, putBack } from '../stack/postgres-copy.ts';
import type { Incident } from './incident.ts';

const lostMs = 10_000;

/** Databases that come back from a backup. */
export const restoredIncidents: readonly Incident[] = [
  {
    name: 'scheduling-older',
    what: 'the database of scheduling is put back to ten seconds ago, and nobody reconciles it',
    alerts: ['DatabaseOlder', 'EventsNotPublished'],
    losesCommits: true,
    begin: async ({ stack }) => {
      const url = stack.addresses.databases.scheduling;
      await copyDatabase(url, 'backup');
      await delay(lostMs);
      await putBack(url, 'backup');
      return async () => {
        await eventually(async () => {
          const { rows } = await stack.databases.scheduling.query('select from restore');
          if (rows.length === 0) throw new Error('Nothing to reconcile yet');
        });
        await runOps(stack, ['reconcile-after-restore', '--service', 'scheduling', '--yes']);
      };
    },
  },
];
