import type { Timeline } from '@punctual/contracts';
import { type Server, startPgbouncer } from '@punctual/devstack';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let pooler: Server;
let scheduling: SchedulingService;
let neighbours: Neighbours;

/** Its pool is smaller than those of the services. */
const settings = { default_pool_size: 5 };

describe.each([
  ['without a way past it', false],
  ['with DATABASE_DIRECT_URL', true],
])('two instances behind PgBouncer, %s', (_way, hasDirectUrl) => {
  beforeAll(async () => {
    const start = async (databaseUrl: string): Promise<Record<string, string>> => {
      pooler = await startPgbouncer({ postgresUrl: databaseUrl, settings });
      return { DATABASE_URL: pooler.url, ...(hasDirectUrl && { DATABASE_DIRECT_URL: databaseUrl }) };
    };
    scheduling = await startScheduling(start);
    neighbours = await joinNeighbours(scheduling.environment);
  });

  afterAll(async () => {
    await neighbours.stop();
    await scheduling.stop();
    await pooler.stop();
  });

  test('answer reads and commands, and publish every event in order', async () => {
    const another = await scheduling.startAnother();
    const given = await scheduling.giveJob();
    const provider = await scheduling.user('provider', { id: given.provider.id, url: another.url });
    for (let hours = 24; hours < 34; hours += 1) {
      const proposed =
        hours % 2 === 0
          ? await given.customer.post(`/jobs/${given.job.id}/schedule`, windowIn(hours * 60))
          : await provider.post(`/assignments/${given.assignment.id}/schedule`, windowIn(hours * 60));
      expect(proposed.status).toBe(200);
      const reads = Array.from({ length: 30 }, (_, n) =>
        (n % 2 === 0 ? given.customer : provider).get(`/assignments/${given.assignment.id}`),
      );
      expect(new Set((await Promise.all(reads)).map(({ status }) => status))).toEqual(new Set([200]));
    }
    const events = await neighbours.published(given.assignment.id, 10);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const timeline = await provider.get<Timeline>(`/assignments/${given.assignment.id}/timeline`);
    expect(timeline.body.items).toHaveLength(11);
  });

  test('have one leader', async () => {
    const client = new Client(scheduling.environment.databaseUrl);
    await client.connect();
    const { rows } = await client.query(`select application_name as name from pg_stat_activity
      join pg_locks using (pid) where locktype = 'advisory' and datname = current_database()`);
    await client.end();
    expect(rows).toEqual([{ name: 'scheduling outbox relay' }]);
  });
});
