import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import type { Collection, Db } from 'mongodb';

const inFlight = 1_000;

/**
 * Rows per second that the store marks in one bulk update, without decisions or competing workers.
 */
export async function updateRate(db: Db, count: number): Promise<number> {
  const rows: Collection = db.collection('reminders');
  const from = performance.now();
  await rows.updateMany({ state: 'PLANNED' }, { $set: { state: 'SENT', sentAt: new Date(), claim: null } });
  const rate = (count * 1_000) / (performance.now() - from);
  await rows.updateMany({ state: 'SENT' }, { $set: { state: 'PLANNED', sentAt: null } });
  return rate;
}

/** Messages per second that NATS accepts from one connection, with ids and 1000 in flight. */
export async function publishRate(
  natsUrl: string,
  { count, bytes }: { count: number; bytes: number },
): Promise<number> {
  const connection = await connect({ servers: natsUrl });
  const stream = 'BENCH_REFERENCE';
  const manager = await jetstreamManager(connection);
  try {
    await manager.streams.add({ name: stream, subjects: ['bench.reference'] });
    const payload = 'x'.repeat(bytes);
    const client = jetstream(connection);
    const from = performance.now();
    for (let sent = 0; sent < count; sent += inFlight) {
      const batch = Array.from({ length: Math.min(inFlight, count - sent) }, () => {
        const msgID = randomUUID();
        const outgoing = headers();
        outgoing.set('Content-Type', 'application/cloudevents+json');
        return client.publish('bench.reference', payload, { msgID, headers: outgoing });
      });
      await Promise.all(batch);
    }
    return (count * 1_000) / (performance.now() - from);
  } finally {
    await manager.streams.delete(stream);
    await connection.close();
  }
}
