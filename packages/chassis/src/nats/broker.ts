import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerConfig } from '../process/config.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { logOutage, type Outage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
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

export type BrokerDeps = { config: BrokerConfig; name: string; logger: Logger; lifecycle: Lifecycle };

const drainMs = 1_000;
const connectTimeoutMs = 5_000;
const retryMs = 500;

/** Begins to connect and returns at once: a service starts, and takes commands, while NATS is away. */
export function connectBroker({ config, name, logger, lifecycle }: BrokerDeps): BrokerHandle {
  const { signal } = lifecycle;
  const { promise: connected, resolve } = Promise.withResolvers<Broker>();
  const outage = logOutage(logger, {
    away: 'NATS is away',
    back: 'NATS is back',
    fields: { server: config.NATS_URL.join(',') },
  });
  let broker: Broker | undefined;

  const run = async () => {
    broker = await firstConnection(config, name, { outage, signal });
    if (!broker) return;
    const { connection } = broker;
    if (signal.aborted) return connection.close();
    outage.back();
    logger.info({ server: connection.getServer(), user: config.NATS_USER }, 'connected to NATS');
    resolve(broker);
    await watchConnection(connection, { outage, logger, signal });
  };
  run().catch((error: unknown) => logger.error({ err: error }, 'cannot connect to NATS'));
  lifecycle.onShutdown('broker', () => broker && close(broker.connection));

  return {
    connected: () => connected,
    check: async () => {
      if (!broker) throw new Error('not connected yet');
      await broker.connection.rtt();
    },
  };
}

/**
 * Tries each server until one lets us in. Not by `waitOnFirstConnect` of the client, which says nothing of why it waits.
 * @returns undefined when the service stops before
 */
async function firstConnection(
  config: BrokerConfig,
  name: string,
  { outage, signal }: { outage: Outage; signal: AbortSignal },
): Promise<Broker | undefined> {
  while (!signal.aborted) {
    try {
      return await open(config, name);
    } catch (error) {
      if (!signal.aborted) outage.away(error);
    }
    await pause(retryMs, signal);
  }
  return undefined;
}

async function open(config: BrokerConfig, name: string): Promise<Broker> {
  // Whose answers are whose: a user of NATS may read the inboxes of its own name only.
  const inboxPrefix = `_INBOX.${name}`;
  const connection = await connect({
    servers: config.NATS_URL,
    // A server that would not encrypt is refused.
    ...(config.NATS_URL.some((server) => server.startsWith('tls://')) && { tls: {} }),
    name,
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
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

/** The client says that it is disconnected after each attempt, and why only when the server refuses it. */
async function watchConnection(
  connection: NatsConnection,
  { outage, logger, signal }: { outage: Outage; logger: Logger; signal: AbortSignal },
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' && !signal.aborted) outage.away();
    if (status.type === 'reconnect') outage.back();
    if (status.type !== 'error') continue;
    if (outage.isAway()) outage.away(status.error);
    else logger.error({ err: status.error }, 'NATS reports an error');
  }
}
