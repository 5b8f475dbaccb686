import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';

// On each message from the parent, publishes from memory to a separate stream, with 1000 messages
// in flight.

const inFlight = 1_000;
const messages = Number(process.env.MESSAGES);
const payload = process.env.PAYLOAD ?? '';
const connection = await connect({ servers: process.env.NATS_URL ?? '' });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'BENCH_REFERENCE', subjects: ['bench.reference'] });
const stream = jetstream(connection);

process.on('message', async () => {
  const start = performance.now();
  for (let sent = 0; sent < messages; sent += inFlight) {
    await Promise.all(Array.from({ length: Math.min(inFlight, messages - sent) }, publish));
  }
  process.send?.({ seconds: (performance.now() - start) / 1_000 });
});

async function publish(): Promise<void> {
  const outgoing = headers();
  outgoing.set('Content-Type', 'application/cloudevents+json');
  await stream.publish('bench.reference', payload, { msgID: randomUUID(), headers: outgoing });
}
