import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerConfig } from '../process/config.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { logOutage, type Outage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
import { observed, observeTogether } from '../telemetry/instruments.ts';
import { leaveCutOffServer } from './leave-cut-off-server.ts';
import { createPublish, type Publish } from './publisher.ts';

export type Broker = {
  connection: NatsConnection;
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  publish: Publish;
};

/** A broker whose first connection may not be open yet. */
export type BrokerHandle = {
  /** Resolves with the first connection. The client then reconnects by itself, without limit. */
  connected(): Promise<Broker>;
  /** Pings the server. @throws when it does not answer */
  check(): Promise<void>;
};

export type BrokerDeps = {
  config: BrokerConfig;
  name: string;
  logger: Logger;
  lifecycle: Lifecycle;
  /** Called when the connection is lost, and after each attempt to get it back: after that, streams may be older. */
  onAway?: () => void;
};

const drainMs = 1_000;
const connectTimeoutMs = 5_000;
const retryMs = 500;

/**
 * Starts to connect and returns at once: a service starts, and accepts commands, while NATS is
 * unavailable.
 */
export function connectBroker({ config, name, logger, lifecycle, onAway }: BrokerDeps): BrokerHandle {
  const { signal } = lifecycle;
  const { promise: connected, resolve } = Promise.withResolvers<Broker>();
  const outage = logOutage(logger, {
    away: 'NATS is unavailable',
    back: 'NATS is available again',
    fields: { server: config.NATS_URL.join(',') },
  });
  let broker: Broker | undefined;

  const run = async () => {
    broker = await firstConnection(config, name, { outage, signal });
    if (!broker) return;
    const { connection } = broker;
    if (signal.aborted) return connection.close();
    outage.back();
    logger.info({ server: connection.getServer(), user: config.NATS_USER }, 'Connected to NATS');
    resolve(broker);
    void leaveCutOffServer(broker, { isAway: outage.isAway, logger, signal });
    await watchConnection(connection, { outage, logger, signal, onAway });
  };
  run().catch((error: unknown) => logger.error({ err: error }, 'Cannot connect to NATS'));
  const isConnected = () => broker !== undefined && !outage.isAway();
  const connectedGauge = observed('punctual.nats.connected');
  observeTogether([connectedGauge], (result) => result.observe(connectedGauge, isConnected() ? 1 : 0), signal);
  lifecycle.onShutdown('broker', () => broker && close(broker.connection));

  return {
    connected: () => connected,
    check: async () => {
      if (!broker) throw new Error('Not connected yet');
      await broker.connection.rtt();
    },
  };
}

/**
 * Tries each server until one accepts the connection. The client's `waitOnFirstConnect` would not
 * report why it waits.
 * @returns undefined if the service stops first
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
  // A NATS user may only read the inboxes with its own name.
  const inboxPrefix = `_INBOX.${name}`;
  const connection = await connect({
    servers: config.NATS_URL,
    // Refuses a server without encryption.
    ...(config.NATS_URL.some((server) => server.startsWith('tls://')) && { tls: {} }),
    name,
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
    // Detects a silently cut connection within 15 s instead of minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    noEcho: true,
    // Capturing a stack for each request takes 5% of the time of a publish.
    noAsyncTraces: true,
    inboxPrefix,
    ...(config.NATS_USER && { user: config.NATS_USER, pass: config.NATS_PASSWORD ?? '' }),
  });
  // Makes no request: JetStream may become available after the connection.
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return { connection, jetstream: jetstream(connection), manager, publish: createPublish(connection, inboxPrefix) };
}

/** Flushes the buffer and closes. Does not wait for an unavailable server. */
async function close(connection: NatsConnection): Promise<void> {
  await Promise.race([connection.drain().catch(() => {}), delay(drainMs)]);
  await connection.close();
}

/**
 * Logs outages. The client reports a disconnect after each attempt, and a reason only when the
 * server refuses it.
 */
async function watchConnection(
  connection: NatsConnection,
  {
    outage,
    logger,
    signal,
    onAway,
  }: { outage: Outage; logger: Logger; signal: AbortSignal; onAway: (() => void) | undefined },
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') onAway?.();
    if (status.type === 'disconnect' && !signal.aborted) outage.away();
    if (status.type === 'reconnect') outage.back();
    if (status.type !== 'error') continue;
    if (outage.isAway()) outage.away(status.error);
    else logger.error({ err: status.error }, 'NATS reported an error');
  }
}
