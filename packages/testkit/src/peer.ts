import {
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { readStream } from '@punctual/chassis/read-stream';
import type { CloudEvent } from '@punctual/contracts';
import { untilConsumed } from './until-consumed.ts';

/**
 * The other side of a service on NATS: publishes what its neighbours would, and reads what the
 * service published.
 */
export type Peer = {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Publishes events in order, as their producers do: a duplicate id is stored once. */
  publish(...events: readonly CloudEvent[]): Promise<void>;
  /** Publishes without a deduplication id, so that the stream stores duplicates. */
  publishAgain(...events: readonly CloudEvent[]): Promise<void>;
  /** Replays events to one consumer, as ops does. */
  replay(durable: string, ...events: readonly CloudEvent[]): Promise<void>;
  /** All messages that a stream holds now, in order. */
  readStream(stream: string): Promise<JsMsg[]>;
  /** Waits until a consumer has acknowledged everything on its stream. */
  untilConsumed(stream: string, durable: string): Promise<void>;
  stop(): Promise<void>;
};

/** @param env with `NATS_URL`, as a test environment provides it */
export async function connectPeer(env: Readonly<Record<string, string>>): Promise<Peer> {
  const connection = await connect({
    servers: (env.NATS_URL ?? '').split(','),
    name: 'peer',
    maxReconnectAttempts: -1,
  });
  const manager = await jetstreamManager(connection);
  const js = jetstream(connection);

  const store = async (subject: string, event: CloudEvent, id?: string) => {
    const own = headers();
    own.set('Content-Type', 'application/cloudevents+json');
    if (event.traceparent) own.set('traceparent', event.traceparent);
    await js.publish(subject, JSON.stringify(event), { headers: own, ...(id && { msgID: id }) });
  };
  return {
    connection,
    jetstream: js,
    manager,
    publish: async (...events) => {
      for (const event of events) await store(event.type, event, event.id);
    },
    publishAgain: async (...events) => {
      for (const event of events) await store(event.type, event);
    },
    replay: async (durable, ...events) => {
      for (const event of events) await store(`replay.${durable}`, event);
    },
    readStream: (stream) => Array.fromAsync(readStream({ jetstream: js, manager }, stream)),
    untilConsumed: (stream, durable) => untilConsumed({ manager }, stream, durable),
    stop: () => connection.close(),
  };
}
