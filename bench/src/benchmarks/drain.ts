import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type pg from 'pg';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { startReferencePublisher } from '../reference/publisher.launch.ts';
import { type Benchmark, median, rounded } from '../result.ts';

const rounds = 3;
const rows = 50_000;
const versions = 5;
const goalPerSecond = 10_000;
/** Of a confirmation, about. */
const payload = JSON.stringify({ specversion: '1.0', data: 'x'.repeat(1_700) });

/**
 * Measures how fast scheduling's relay publishes 50,000 outbox rows, five for each of 10,000
 * assignments. The reference publishes as many messages of the same size from memory, 1000 in
 * flight, to the same server.
 */
export const drainBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'drain' });
  const nats = await connect({ servers: stack.natsUrl });
  const publisher = startReferencePublisher({ natsUrl: stack.natsUrl, messages: rows, payload });
  try {
    for (const name of ['gateway', 'payouts', 'reminders'] as const) await stack.processes.service(name).stop();
    const figures: { ours: number[]; reference: number[] } = { ours: [], reference: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const reference = rows / (await publisher.publishAll());
      const ours = rows / (await drainOutbox(stack.database, nats));
      log(`round ${round}: ${ours.toFixed(0)} rows/s; reference ${reference.toFixed(0)} messages/s`);
      if (round === 0) continue;
      figures.ours.push(ours);
      figures.reference.push(reference);
    }
    const [ours, reference] = [median(figures.ours), median(figures.reference)];
    const ms = (each: number) => rounded((1_000 * rows) / each);
    return {
      name: 'drain',
      unit: 'events/s',
      ours: rounded(ours),
      reference: rounded(reference),
      ratio: rounded(ours / reference),
      p50: ms(ours),
      p99: ms(Math.min(...figures.ours)),
      details: { rounds, rows, versions, goalPerSecond, ...figures },
    };
  } finally {
    await publisher.stop();
    await nats.close();
    await stack.stop();
    await servers.stop();
  }
};

/** @returns the seconds from the commit of the rows until the last one is published and marked */
async function drainOutbox(database: pg.Client, nats: NatsConnection): Promise<number> {
  await database.query('delete from outbox');
  await database.query('vacuum analyze outbox');
  await database.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
      select gen_random_uuid(), aggregate_id, version, 'schedule.confirmed', $1
        from (select gen_random_uuid() as aggregate_id from generate_series(1, $2::int)) as aggregates,
          generate_series(1, $3::int) as version
        order by version`,
    [payload, rows / versions, versions],
  );
  const start = performance.now();
  // As the service itself does after a commit.
  nats.publish('wakeup.outbox.scheduling');
  for (;;) {
    const { rows: waiting } = await database.query('select 1 from outbox where published_at is null limit 1');
    if (waiting.length === 0) return (performance.now() - start) / 1_000;
    await delay(20);
  }
}
