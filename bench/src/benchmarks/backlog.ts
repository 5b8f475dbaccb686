import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { scheduleEvents } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import pg from 'pg';
import type { BareTask } from '../bare/bare-effects.ts';
import { nextMessage, startChild, stopChild } from '../child.ts';
import { type Benchmark, median, rounded } from '../result.ts';
import { startGround, startWorld } from '../world.ts';

const rounds = 3;
const events = 51_000;
/** What happens to each assignment, in this order; those of so many assignments are mixed. */
const life = ['schedule.proposed', 'schedule.confirmed', 'schedule.completed'] as const;
const mixed = 1_000;
/** As many events as the service takes at once. */
const batches = events / 200;
const goalPerSecond = 3_000;
const durable = 'payouts-schedule';
const tables = ['inbox', 'assignment_view', 'payout', 'payout_timeline', 'outbox'];

/**
 * How fast payouts applies events that have piled up, each once: opened payouts, their timeline and their own events, which its relay publishes
 * meanwhile. The reference takes and acknowledges the same messages, and then inserts the same rows, with nothing between the two.
 */
export const backlog: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'backlog' });
  const nats = await connect({ servers: world.natsUrl });
  const manager = await jetstreamManager(nats);
  const payouts = new URL(world.databaseUrl);
  payouts.pathname = '/payouts_backlog';
  const database = new pg.Client(payouts.href);
  await database.connect();
  const bare = startChild(new URL('../bare/bare-effects.ts', import.meta.url), {
    NATS_URL: world.natsUrl,
    DATABASE_URL: payouts.href,
  });
  const ask = async (task: BareTask) => {
    bare.send(task);
    return (await nextMessage<{ seconds: number }>(bare)).seconds;
  };
  try {
    await nextMessage(bare);
    for (const name of ['gateway', 'scheduling', 'reminders'] as const) await world.stack.service(name).stop();
    const figures: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const fromSequence = await pileUp(nats, manager);
      const ours = await applyAll(database, manager);
      const consume = await ask({ task: 'consume', stream: 'SCHEDULE', fromSequence, messages: events });
      const insert = await ask({ task: 'insert', tables, batches });
      log(`round ${round}: ${rate(ours.seconds)} effects/s; bare ${rate(consume)} acks/s, ${rate(insert)} inserts/s`);
      if (round > 0) figures.push({ ...ours, consume, insert });
      // What may only be added to is guarded by triggers, which a replica has done already.
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
      details: { rounds, events, goalPerSecond, bareConsumed: rate(consume), bareInserted: rate(insert), figures },
    };
  } finally {
    await stopChild(bare);
    await database.end();
    await nats.close();
    await world.stop();
    await ground.stop();
  }
};

type Applied = { seconds: number; p50: number; p99: number };
type Round = Applied & { consume: number; insert: number };

const rate = (seconds: number) => rounded(events / seconds);

/** Fills the stream while the consumer rests; answers where in the stream that begins. */
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

/** From when the consumer may go on until the last event is acknowledged; half of the effects were there after `p50` milliseconds. */
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
