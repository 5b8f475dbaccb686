import { type Consumer, JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { StreamName } from '@punctual/contracts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { logOutage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
import type { Broker, BrokerHandle } from './broker.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { declareConsumer, defaultAckWaitMs, sourcesOf } from './declare-consumers.ts';
import { createFaults } from './faults.ts';
import { keepGivenUp } from './given-up.ts';
import { type BatchDeps, handleBatch } from './handle-batch.ts';
import { startPrefetch } from './prefetch.ts';
import { reasonOf } from './reason-of.ts';

export type ConsumerDeps = { broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

/** What the backbone needs to know of an event. */
export type Identified = { readonly id: string; readonly time: string };

/** An event as a handler gets it. What the handler publishes for it continues the trace that `traceparent` names. */
export type Received<E> = { readonly event: E; readonly traceparent: string | undefined };

/** How a durable's messages are handled. */
export type Handling<E extends Identified> = {
  /** The durable's name, `<service>-<what>`; all instances of the service share it. */
  durable: string;
  /** Reads leniently; `undefined` for a type that this consumer does not know; throws when the message is malformed. */
  read: (json: unknown) => E | undefined;
  /**
   * Applies all of the events, or throws and has applied none. They come in the order of the stream, save those that are delivered again;
   * none comes twice in one call. All are acknowledged when it resolves. When it throws, each is tried alone, and again later if need
   * be. Must be idempotent: it gets an event at least once.
   */
  handle: (messages: readonly Received<E>[]) => Promise<void>;
  /**
   * From this delivery on a failure makes the event a dead letter, once this instance has seen it fail four times (or as often as this
   * number); never the failure of a server that is unavailable.
   */
  maxDeliveries?: number;
  ackWaitMs?: number;
};

export type ConsumerOptions<E extends Identified> = Handling<E> & { stream: StreamName; subjects: readonly string[] };

/** A stream, and the part of it that a durable reads. */
export type Source = { stream: string; subjects: readonly string[] };

const batchSize = 200;
const retryPauseMs = 1_000;
/** Of nats-server. */
const defaultMaxPayload = 1024 * 1024;

/**
 * Consumes in the background until the service stops: declares the durable as soon as its stream is there, declares it again
 * should it vanish, and handles what is there, batch after batch. What is sent to `replay.<durable>` is handled by the same code, and
 * what JetStream gives up on becomes a dead letter.
 */
export function startConsumer<E extends Identified>(deps: ConsumerDeps, options: ConsumerOptions<E>): void {
  const { durable, stream, subjects } = options;
  const [own, replays, advisories] = sourcesOf(durable, { stream, subjects });
  follow(deps, options, own);
  follow(deps, options, replays);
  follow(deps, keepGivenUp(deps, durable), advisories);
}

function follow<E extends Identified>(deps: ConsumerDeps, handling: Handling<E>, source: Source): void {
  const { durable, ackWaitMs = defaultAckWaitMs } = handling;
  const { stream } = source;
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ consumer: durable, stream });
  const missing = logOutage(logger, {
    away: 'The stream is missing; waiting until it is declared (ops streams apply)',
    back: 'The stream is there',
    fields: {},
  });

  const outage = logOutage(logger, { away: 'cannot consume; trying again', back: 'consuming again', fields: {} });
  const ofServers = logOutage(logger, {
    away: 'a server is unavailable; waiting for it',
    back: 'handling events again',
    fields: {},
  });

  let consuming: Promise<void> | undefined;
  const run = async () => {
    const broker = await deps.broker.connected();
    const metrics = createConsumerMetrics({ consumer: durable, stream }, () => lagOf(broker, stream, durable), signal);
    const faults = createFaults();
    while (!signal.aborted) {
      try {
        const consumer = await declare(broker, source, { durable, ackWaitMs }, logger);
        missing.back();
        if (outage.isAway()) outage.back();
        else logger.info('consuming');
        consuming = consume({ broker, logger, signal, metrics, faults, outage: ofServers }, handling, consumer);
        await consuming;
      } catch (error) {
        if (isStreamMissing(error)) missing.away();
        else if (!signal.aborted) outage.away(error);
      }
      await pause(retryPauseMs, signal);
    }
  };
  // Without a broker, which is told of elsewhere, there is nothing to follow.
  run().catch(() => {});
  // The batch in hand is finished; what NATS, which may be away, is asked for is not waited for.
  deps.lifecycle.onShutdown(`${durable} on ${stream}`, () => consuming?.catch(() => {}));
}

function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

async function declare(
  { manager, jetstream }: Broker,
  source: Source,
  { durable, ackWaitMs }: { durable: string; ackWaitMs: number },
  logger: Logger,
): Promise<Consumer> {
  try {
    await declareConsumer(manager, source, { durable, ackWaitMs });
  } catch (error) {
    if (isStreamMissing(error)) throw error;
    // A deployment lets only `ops streams apply` declare consumers. One that is there is read as it is, else this throws.
    await manager.consumers.info(source.stream, durable);
    logger.warn({ reason: reasonOf(error) }, 'The consumer differs from this release, and NATS refuses to change it');
  }
  return jetstream.consumers.get(source.stream, durable);
}

async function consume<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  consumer: Consumer,
): Promise<void> {
  const { ackWaitMs = defaultAckWaitMs } = handling;
  const { connection } = deps.broker;
  const prefetch = startPrefetch(consumer, {
    size: batchSize,
    maxMessageBytes: connection.info?.max_payload ?? defaultMaxPayload,
    ackWaitMs,
    signal: deps.signal,
    flush: () => connection.flush(),
  });
  try {
    for (;;) {
      const messages = await prefetch.take();
      if (messages.length === 0) return;
      await handleBatch(deps, handling, messages);
    }
  } finally {
    await prefetch.close();
  }
}

async function lagOf({ manager }: Broker, stream: string, durable: string): Promise<number> {
  const { num_pending, num_ack_pending } = await manager.consumers.info(stream, durable);
  return num_pending + num_ack_pending;
}
