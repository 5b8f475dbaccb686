import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { consumers, scheduleEvents } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import pg from 'pg';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { startReferenceEffects } from '../reference/effects.launch.ts';
import { type Benchmark, median, rounded } from '../result.ts';

const rounds = 3;
const events = 51_000;
/** The events of each assignment in order; `mixed` assignments alternate. */
const life = ['schedule.proposed', 'schedule.confirmed', 'schedule.completed'] as const;
const mixed = 1_000;
/** The service takes 200 events at a time. */
const batches = events / 200;
const goalPerSecond = 3_000;
const durable = consumers.payoutsSchedule.durable;
const tables = ['inbox', 'assignment_view', 'payout', 'payout_timeline', 'outbox'];

/**
 * Measures how fast payouts applies a backlog of events, while its relay publishes the payout
 * events. The reference acknowledges the same messages and then inserts the same rows, without any
 * logic between.
 */
export const backlogBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'backlog' });
  const nats = await connect({ servers: stack.natsUrl });
  const manager = await jetstreamManager(nats);
  const payouts = new URL(stack.databaseUrl);
  payouts.pathname = '/payouts_backlog';
  const database = new pg.Client(payouts.href);
  await database.connect();
  const reference = await startReferenceEffects({ nats: stack.natsUrl, database: payouts.href });
  try {
    for (const name of ['gateway', 'scheduling', 'reminders'] as const) await stack.processes.service(name).stop();
    const figures: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const fromSequence = await pileUp(nats, manager);
      const ours = await applyAll(database, manager);
      const consume = await reference.run({ task: 'consume', stream: 'SCHEDULE', fromSequence, messages: events });
      const insert = await reference.run({ task: 'insert', tables, batches });
      log(
        `round ${round}: ${rate(ours.seconds)} effects/s; reference ${rate(consume)} acks/s, ${rate(insert)} inserts/s`,
      );
      if (round > 0) figures.push({ ...ours, consume, insert });
      // Append-only tables have triggers that refuse this; replica mode does not fire them.
      await database.query(`set session_replication_role = replica; truncate ${tables.join(', ')} cascade`);
    }
    const ours = median(figures.map(({ seconds }) => seconds));
    const consume = median(figures.map((each) => each.consume));
    const insert = median(figures.map((each) => each.insert));
    return {
      name: 'backlog',
      unit: 'effects/s',
      ours: rate(ours),
      reference: rate(consume + insert),
      ratio: rounded((consume + insert) / ours),
      p50: rounded(median(figures.map(({ p50 }) => p50))),
      p99: rounded(median(figures.map(({ p99 }) => p99))),
      details: {
        rounds,
        events,
        goalPerSecond,
        referenceConsumed: rate(consume),
        referenceInserted: rate(insert),
        figures,
      },
    };
  } finally {
    await reference.stop();
    await database.end();
    await nats.close();
    await stack.stop();
    await servers.stop();
  }
};

type Applied = { seconds: number; p50: number; p99: number };
type Round = Applied & { consume: number; insert: number };

const rate = (seconds: number) => rounded(events / seconds);

/**
 * Fills the stream while the consumer is paused, and returns the first sequence of the new events.
 */
async function pileUp(nats: NatsConnection, manager: JetStreamManager): Promise<number> {
  await eventually(() => manager.consumers.pause('SCHEDULE', durable, new Date(Date.now() + 600_000)));
  const { state } = await manager.streams.info('SCHEDULE');
  const stream = jetstream(nats);
  for (let published = 0; published < events; published += mixed * life.length) {
    const assignments = Array.from({ length: mixed }, () => randomUUID());
    for (const [index, type] of life.entries()) {
      await Promise.all(assignments.map((id) => stream.publish(type, eventOf(type, index + 1, id))));
    }
  }
  return state.last_seq + 1;
}

function eventOf(type: (typeof life)[number], version: number, assignmentId: string): string {
  const { example } = scheduleEvents[type];
  return JSON.stringify({
    ...example,
    id: randomUUID(),
    subject: assignmentId,
    partitionkey: assignmentId,
    sequence: String(version).padStart(10, '0'),
    data: { ...example.data, assignmentId, scheduleVersion: version },
  });
}

/**
 * Measures from resuming the consumer until it acknowledges the last event; `p50` and `p99` are
 * milliseconds until an effect was committed.
 */
async function applyAll(database: pg.Client, manager: JetStreamManager): Promise<Applied> {
  const start = Date.now();
  await manager.consumers.resume('SCHEDULE', durable);
  for (;;) {
    const { num_pending, num_ack_pending } = await manager.consumers.info('SCHEDULE', durable);
    if (num_pending + num_ack_pending === 0) break;
    await delay(20);
  }
  const seconds = (Date.now() - start) / 1_000;
  const { rows } = await database.query<{ events: number; p50: number; p99: number }>(
    `select count(*)::int as events, ${after(50)} as p50, ${after(99)} as p99 from inbox`,
    [start],
  );
  const [applied] = rows;
  if (applied?.events !== events) throw new Error(`${applied?.events} of ${events} events were applied.`);
  await untilPublished(database);
  return { seconds, p50: applied.p50, p99: applied.p99 };
}

function after(percent: number): string {
  const ms = 'extract(epoch from received_at) * 1000 - $1::float8';
  return `percentile_cont(${percent / 100}) within group (order by ${ms})`;
}

async function untilPublished(database: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await database.query('select 1 from outbox where published_at is null limit 1');
    if (rows.length === 0) return;
    await delay(100);
  }
}
