import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';

/** Publishes to a stream of its own whenever it is told to: no database, a thousand at once, each acknowledged. */
const atOnce = 1_000;
const messages = Number(process.env.MESSAGES);
const payload = process.env.PAYLOAD ?? '';
const connection = await connect({ servers: process.env.NATS_URL ?? '' });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'BARE', subjects: ['bare.>'] });
const stream = jetstream(connection);

process.on('message', async () => {
  const start = performance.now();
  for (let sent = 0; sent < messages; sent += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, messages - sent) }, publish));
  }
  process.send?.({ seconds: (performance.now() - start) / 1_000 });
});

async function publish(): Promise<void> {
  const outgoing = headers();
  outgoing.set('Content-Type', 'application/cloudevents+json');
  await stream.publish('bare.message', payload, { msgID: randomUUID(), headers: outgoing });
}
