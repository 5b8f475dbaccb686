import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { consumers, scheduleEvents } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import pg from 'pg';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { type Benchmark, median, percentile, rounded } from '../result.ts';

const rounds = 3;
const perSecond = 300;
const seconds = 10;
const goalMs = 50;
const patienceMs = 30_000;
const consumer = consumers.payoutsSchedule.durable;

/** When an event was sent, and its sequence in the stream. */
type Sent = { startedAt: number; sequence: number };

type Way = {
  /** Sends one event on its way. Resolves when it is committed, or stored. */
  send(id: string, payload: string): Promise<{ startedAt: number }>;
  /** Where the stream has the events that were sent, by their ids. */
  sequences(): Promise<Map<string, number>>;
};

/**
 * Measures from the commit of an event in scheduling's outbox until payouts acknowledges it; the
 * reference publishes the same events straight to the stream. Both send at a fixed rate, however
 * slow earlier events are.
 */
export const latencyBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'latency' });
  const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 10 });
  const nats = await connect({ servers: stack.natsUrl });
  try {
    for (const name of ['gateway', 'reminders'] as const) await stack.processes.service(name).stop();
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
    await stack.stop();
    await servers.stop();
  }
};

/** Acknowledgement times by stream sequence, which NATS publishes as samples. */
async function watchAcknowledgements(nats: NatsConnection): Promise<Map<number, number>> {
  const manager = await jetstreamManager(nats);
  await eventually(() => manager.consumers.update('SCHEDULE', consumer, { sample_freq: '100' }), {
    withinMs: patienceMs,
  });
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
      // The service does this after each commit.
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
