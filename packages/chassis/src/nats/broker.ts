import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerConfig } from '../process/config.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { createPublisher, type Publisher } from './publisher.ts';

export type Broker = {
  connection: NatsConnection;
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  publisher: Publisher;
};

/** A broker that may not be there yet. */
export type BrokerHandle = {
  /** Resolves with the first connection; from then on the client reconnects by itself, for ever. */
  connected(): Promise<Broker>;
  /** Asks the server for a sign of life. */
  check(): Promise<void>;
};

/** Where the broker is, and who asks. */
export type BrokerAddress = Omit<BrokerConfig, 'STREAM_REPLICAS'>;

export type BrokerDeps = { config: BrokerAddress; name: string; logger: Logger; lifecycle: Lifecycle };

const drainMs = 1_000;

/** Begins to connect and returns at once: a service starts, and takes commands, while NATS is away. */
export function connectBroker({ config, name, logger, lifecycle }: BrokerDeps): BrokerHandle {
  let broker: Broker | undefined;
  const connecting = open(config, name).then((opened) => {
    broker = opened;
    logger.info({ server: opened.connection.getServer(), user: config.NATS_USER }, 'connected to NATS');
    void logConnection(opened.connection, logger);
    if (lifecycle.signal.aborted) return opened.connection.close().then(() => opened);
    return opened;
  });
  connecting.catch((error: unknown) => logger.error({ err: error }, 'cannot connect to NATS'));
  lifecycle.onShutdown('broker', () => broker && close(broker.connection));

  return {
    connected: () => connecting,
    check: async () => {
      if (!broker) throw new Error('not connected yet');
      await broker.connection.rtt();
    },
  };
}

async function open(config: BrokerAddress, name: string): Promise<Broker> {
  // Whose answers are whose: a user of NATS may read the inboxes of its own name only.
  const inboxPrefix = `_INBOX.${name}`;
  const connection = await connect({
    servers: config.NATS_URL,
    // A server that would not encrypt is refused.
    ...(config.NATS_URL.some((server) => server.startsWith('tls://')) && { tls: {} }),
    name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    // A connection that was cut without a word is noticed within 15 s, not after minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    noEcho: true,
    // A stack for each request in case it fails: a twentieth of what it takes to publish.
    noAsyncTraces: true,
    inboxPrefix,
    ...(config.NATS_USER && { user: config.NATS_USER, pass: config.NATS_PASSWORD ?? '' }),
  });
  // The handle must not ask the server: JetStream may come up after the connection.
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return { connection, jetstream: jetstream(connection), manager, publisher: createPublisher(connection, inboxPrefix) };
}

/** Sends what is buffered and leaves; a server that is away is not waited for. */
async function close(connection: NatsConnection): Promise<void> {
  await Promise.race([connection.drain().catch(() => {}), delay(drainMs)]);
  await connection.close();
}

async function logConnection(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') logger.warn('NATS is away');
    if (status.type === 'reconnect') logger.info('NATS is back');
    if (status.type === 'error') logger.error({ err: status.error }, 'NATS reports an error');
  }
}
