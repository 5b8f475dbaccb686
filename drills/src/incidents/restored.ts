import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import pg from 'pg';
import { runOps } from '../faults/run-ops.ts';
import { instances } from '../stack/instances.ts';
import type { Incident } from './incident.ts';

const lostMs = 10_000;

/** Databases that come back from a backup. */
export const restoredIncidents: readonly Incident[] = [
  {
    name: 'scheduling-restored',
    what: 'the database of scheduling is put back to ten seconds ago',
    alerts: ['DatabaseOlder', 'EventsNotPublished'],
    losesCommits: true,
    begin: async ({ stack }) => {
      const url = stack.addresses.databases.scheduling;
      const processes = instances.map((instance) => stack.processes.service('scheduling', instance));
      const stop = () => Promise.all(processes.map((process) => process.stop()));
      const start = () => Promise.all(processes.map((process) => process.start()));
      await stop();
      await copyDatabase(url, nameOf(url), 'backup');
      await start();
      await delay(lostMs);
      await stop();
      await copyDatabase(url, 'backup', nameOf(url));
      // They are not ready before the repair.
      const started = start();
      return async () => {
        await eventually(async () => {
          const { rows } = await stack.databases.scheduling.query('select from restore');
          if (rows.length === 0) throw new Error('Nothing to reconcile yet');
        });
        await runOps(stack, ['reconcile-after-restore', '--service', 'scheduling', '--yes']);
        await started;
      };
    },
  },
];

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** Replaces a database by a copy of another one. */
async function copyDatabase(url: string, from: string, to: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(`drop database if exists ${to} with (force)`);
    // A template must have no connections, and the drill itself keeps some.
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [from]);
    await client.query(`create database ${to} template ${from}`);
  } finally {
    await client.end();
  }
}
