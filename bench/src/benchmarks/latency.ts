import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { scheduleEvents } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import pg from 'pg';
import { type Benchmark, median, percentile, rounded } from '../result.ts';
import { startGround, startWorld } from '../world.ts';

const rounds = 3;
const perSecond = 300;
const seconds = 10;
const goalMs = 50;
const patienceMs = 30_000;
const consumer = 'payouts-schedule';

/** When an event began its way, and where the stream has it. */
type Sent = { startedAt: number; sequence: number };

type Way = {
  /** Sends one event on its way. Resolves when it is committed, or stored. */
  send(id: string, payload: string): Promise<{ startedAt: number }>;
  /** Where the stream has the events that were sent, by their ids. */
  sequences(): Promise<Map<string, number>>;
};

/**
 * How long after its commit an event has had its effect: from scheduling's outbox by its relay to payouts, which opens a payout and
 * acknowledges. Next to the same events published straight to the stream. Both at a fixed rate, whatever becomes of those before.
 */
export const latency: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'latency' });
  const pool = new pg.Pool({ connectionString: world.databaseUrl, max: 10 });
  const nats = await connect({ servers: world.natsUrl });
  try {
    for (const name of ['gateway', 'reminders'] as const) await world.stack.service(name).stop();
    const handledAt = await watchAcknowledgements(nats);
    const outbox = byOutbox(pool, nats);
    const direct = byPublish(jetstream(nats));

    const figures: Record<'ours' | 'reference', { p50: number; p99: number }[]> = { ours: [], reference: [] };
    for (let round = 0; round <= rounds; round += 1) {
      const reference = await measure({ ...direct, handledAt });
      const turn = await measure({ ...outbox, handledAt });
      log(
        `round ${round}: p50 ${turn.p50} ms, p99 ${turn.p99} ms; direct p50 ${reference.p50} ms, p99 ${reference.p99} ms`,
      );
      if (round === 0) continue;
      figures.ours.push(turn);
      figures.reference.push(reference);
    }
    const of = (whose: keyof typeof figures, figure: 'p50' | 'p99') =>
      rounded(median(figures[whose].map((each) => each[figure])));
    return {
      name: 'latency',
      unit: 'ms',
      ours: of('ours', 'p99'),
      reference: of('reference', 'p99'),
      ratio: rounded(of('reference', 'p99') / of('ours', 'p99')),
      p50: of('ours', 'p50'),
      p99: of('ours', 'p99'),
      details: { rounds, perSecond, seconds, goalMs, referenceP50: of('reference', 'p50'), ...figures },
    };
  } finally {
    await nats.close();
    await pool.end();
    await world.stop();
    await ground.stop();
  }
};

/** By the sequence in the stream, when its handler was done: NATS tells of each acknowledgement of the consumer. */
async function watchAcknowledgements(nats: NatsConnection): Promise<Map<number, number>> {
  const manager = await jetstreamManager(nats);
  await eventually(() => manager.consumers.update('SCHEDULE', consumer, { sample_freq: '100' }), patienceMs);
  const handledAt = new Map<number, number>();
  nats.subscribe(`$JS.EVENT.METRIC.CONSUMER.ACK.SCHEDULE.${consumer}`, {
    callback: (_error, message) => {
      const { stream_seq: sequence } = message.json<{ stream_seq: number }>();
      handledAt.set(sequence, performance.now());
    },
  });
  await nats.flush();
  return handledAt;
}

function byOutbox(pool: pg.Pool, nats: NatsConnection): Way {
  return {
    send: async (id, payload) => {
      const { partitionkey, sequence, type } = JSON.parse(payload);
      await pool.query(
        'insert into outbox (id, aggregate_id, aggregate_version, type, payload) values ($1, $2, $3, $4, $5)',
        [id, partitionkey, Number(sequence), type, payload],
      );
      const startedAt = performance.now();
      // As the service itself does after a commit.
      nats.publish('wakeup.outbox.scheduling');
      return { startedAt };
    },
    sequences: async () => {
      const { rows } = await pool.query<{ id: string; sequence: number }>(
        'select id, stream_sequence::int as sequence from outbox where stream_sequence is not null',
      );
      return new Map(rows.map(({ id, sequence }) => [id, sequence]));
    },
  };
}

function byPublish(stream: JetStreamClient): Way {
  const sequences = new Map<string, number>();
  return {
    send: async (id, payload) => {
      const startedAt = performance.now();
      const { seq } = await stream.publish('schedule.confirmed', payload, { msgID: id });
      sequences.set(id, seq);
      return { startedAt };
    },
    sequences: async () => sequences,
  };
}

async function measure({
  send,
  sequences,
  handledAt,
}: Way & { handledAt: Map<number, number> }): Promise<{ p50: number; p99: number }> {
  const sending: Promise<[id: string, startedAt: number]>[] = [];
  const start = performance.now();
  while (sending.length < perSecond * seconds) {
    const due = Math.floor(((performance.now() - start) / 1_000) * perSecond);
    while (sending.length < Math.min(due, perSecond * seconds)) {
      const { id, payload } = confirmation();
      sending.push(send(id, payload).then(({ startedAt }) => [id, startedAt]));
    }
    await delay(1);
  }
  const started = await Promise.all(sending);
  const sent = await untilHandled(started, sequences, handledAt);
  const latencies = sent.map(({ startedAt, sequence }) => (handledAt.get(sequence) ?? Number.NaN) - startedAt);
  return { p50: rounded(percentile(latencies, 50)), p99: rounded(percentile(latencies, 99)) };
}

async function untilHandled(
  started: readonly [id: string, startedAt: number][],
  sequences: Way['sequences'],
  handledAt: Map<number, number>,
): Promise<Sent[]> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const known = await sequences();
    const sent = started.flatMap(([id, startedAt]) => {
      const sequence = known.get(id);
      return sequence !== undefined && handledAt.has(sequence) ? [{ startedAt, sequence }] : [];
    });
    if (sent.length === started.length) return sent;
    if (performance.now() > deadline) throw new Error(`Only ${sent.length} of ${started.length} events were handled.`);
    await delay(200);
  }
}

/** The confirmation of a new assignment. */
function confirmation(): { id: string; payload: string } {
  const { example } = scheduleEvents['schedule.confirmed'];
  const [id, assignmentId] = [randomUUID(), randomUUID()];
  const data = { ...example.data, assignmentId };
  const event = { ...example, id, subject: assignmentId, partitionkey: assignmentId, data };
  return { id, payload: JSON.stringify(event) };
}
