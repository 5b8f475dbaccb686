import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConsumerInfo,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, type MsgHdrs, nanos } from '@nats-io/transport-node';

export type StoredMessage = {
  stream: string;
  seq: number;
  subject: string;
  at: Date;
  headers: MsgHdrs | undefined;
  text: string;
};

/**
 * A connection to NATS that bypasses the link of the services and survives restarts of the server.
 */
export type NatsPeer = {
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  /**
   * All messages of the stream in order; empty if there is none.
   */
  read(stream: string): Promise<StoredMessage[]>;
  /** Waits until the stream holds this many messages; the first drill starts with empty streams. */
  untilStreamHolds(stream: string, messages: number): Promise<void>;
  consumers(): Promise<ConsumerInfo[]>;
  /** Has a server of the cluster, such as `nats-1`, lead a stream. */
  handOver(stream: string, server: string): Promise<void>;
  /** Sets the ack wait of the services' consumers. */
  setAckWait(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** The streams that services consume. */
const consumed = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'REPLAY'];

export async function connectNatsPeer(url: string): Promise<NatsPeer> {
  const connection = await connect({
    servers: url.split(','),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    waitOnFirstConnect: true,
  });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const client = jetstream(connection);
  const read = (stream: string) => readPresent(manager, client, stream);
  const consumers = async () => {
    const lists = await Promise.all(
      consumed.map((stream) =>
        manager.consumers
          .list(stream)
          .next()
          .catch(() => []),
      ),
    );
    // Consumers of the drill and of gateways are not durable.
    return lists.flat().filter(({ config }) => config.durable_name !== undefined);
  };
  return {
    jetstream: client,
    manager,
    read,
    untilStreamHolds: async (stream, messages) => {
      while ((await manager.streams.info(stream)).state.messages < messages) await delay(100);
    },
    consumers,
    handOver: async (stream, server) => {
      const wanted = JSON.stringify({ placement: { preferred: server } });
      await connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, wanted, { timeout: 5_000 });
    },
    setAckWait: async (ms) => {
      for (const { stream_name, name } of await consumers())
        await manager.consumers.update(stream_name, name, { ack_wait: nanos(ms) });
    },
    close: () => connection.close(),
  };
}

async function readPresent(
  manager: JetStreamManager,
  client: JetStreamClient,
  stream: string,
): Promise<StoredMessage[]> {
  const info = await manager.streams.info(stream).catch(() => undefined);
  const stored: StoredMessage[] = [];
  if (!info || info.state.messages === 0) return stored;
  const consumer = await client.consumers.get(stream);
  // `fetch` would return only part of the stream, without an error, on a busy machine.
  const messages = await consumer.consume({ max_messages: 500, abort_on_missing_resource: true });
  for await (const message of messages) {
    const { seq, subject, headers } = message;
    const at = new Date(message.info.timestampNanos / 1e6);
    stored.push({ stream, seq, subject, at, headers, text: message.string() });
    if (message.info.pending === 0) break;
  }
  await messages.close();
  // It would live for another five minutes, and a stream has a limited number.
  await consumer.delete();
  if (stored.length < info.state.messages) {
    throw new Error(`${stream} holds ${info.state.messages} messages, and ${stored.length} could be read`);
  }
  return stored;
}
