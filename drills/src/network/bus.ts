import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConsumerInfo,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { connect, type MsgHdrs, nanos } from '@nats-io/transport-node';

export type Stored = {
  stream: string;
  seq: number;
  subject: string;
  at: Date;
  headers: MsgHdrs | undefined;
  text: string;
};

/** The drill's own look at NATS, not through the services' link; it outlives the server's deaths. */
export type Bus = {
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  /** All that a stream holds now, in its order, behind what was lost with one of its name; nothing of a stream that is not there. */
  read(stream: string): Promise<Stored[]>;
  /** Waits until a stream holds so many messages: a drill that runs alone begins when nothing has happened yet. */
  filled(stream: string, messages: number): Promise<void>;
  /** Deletes a stream that cannot be filled again, and remembers what it held. */
  lose(stream: string): Promise<void>;
  consumers(): Promise<ConsumerInfo[]>;
  /** How long the services' consumers hold back the messages of an instance that died. */
  setAckWait(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** The services', on every stream that they know. */
const consumed = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'REPLAY'];

export async function openBus(url: string): Promise<Bus> {
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    waitOnFirstConnect: true,
  });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const client = jetstream(connection);
  const lost = new Map<string, Stored[]>();
  const read = async (stream: string) => [...(lost.get(stream) ?? []), ...(await readPresent(manager, client, stream))];
  const consumers = async () => {
    const lists = await Promise.all(
      consumed.map((stream) =>
        manager.consumers
          .list(stream)
          .next()
          .catch(() => []),
      ),
    );
    // The drill's own and the gateways' are not durable.
    return lists.flat().filter(({ config }) => config.durable_name !== undefined);
  };
  return {
    jetstream: client,
    manager,
    read,
    filled: async (stream, messages) => {
      while ((await manager.streams.info(stream)).state.messages < messages) await delay(100);
    },
    lose: async (stream) => {
      lost.set(stream, await read(stream));
      await manager.streams.delete(stream);
    },
    consumers,
    setAckWait: async (ms) => {
      for (const { stream_name, name } of await consumers())
        await manager.consumers.update(stream_name, name, { ack_wait: nanos(ms) });
    },
    close: () => connection.close(),
  };
}

async function readPresent(manager: JetStreamManager, client: JetStreamClient, stream: string): Promise<Stored[]> {
  const info = await manager.streams.info(stream).catch(() => undefined);
  const stored: Stored[] = [];
  if (!info || info.state.messages === 0) return stored;
  const consumer = await client.consumers.get(stream);
  // Not `fetch`, which ends in silence with a part of it when the machine is too busy for all of it in time.
  const messages = await consumer.consume({ max_messages: 500, abort_on_missing_resource: true });
  for await (const message of messages) {
    const { seq, subject, headers } = message;
    const at = new Date(message.info.timestampNanos / 1e6);
    stored.push({ stream, seq, subject, at, headers, text: message.string() });
    if (message.info.pending === 0) break;
  }
  await messages.close();
  if (stored.length < info.state.messages) {
    throw new Error(`${stream} holds ${info.state.messages} messages, and ${stored.length} could be read`);
  }
  return stored;
}
