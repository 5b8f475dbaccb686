import { type Consumer, JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { every } from '../process/every.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { logOutage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
import { reasonOf } from '../process/reason-of.ts';
import type { Broker, BrokerHandle } from './broker.ts';
import { type CatchUp, createCatchUp } from './catch-up.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { declareConsumer, sourcesOf } from './declare-consumers.ts';
import { handleAdvisories } from './delivery-advisories.ts';
import { createFaults } from './faults.ts';
import type { BatchDeps } from './handle-batch.ts';
import { handleMessages } from './handle-messages.ts';
import {
  type ConsumerOptions,
  type ConsumerSource,
  defaultAckWaitMs,
  type Handling,
  type Identified,
} from './handling.ts';
import { startPrefetch } from './prefetch.ts';

export type ConsumerDeps = { broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

const batchSize = 200;
const retryPauseMs = 1_000;
const compareEveryMs = 5_000;
/** A consumer that runs in the background. */
export type RunningConsumer = {
  /**
   * Waits until the database has every effect of what was acknowledged: a restored one may lack some.
   * @throws when the database or NATS is unavailable
   */
  untilCaughtUp(): Promise<void>;
};

/** The default of nats-server. */
const defaultMaxPayload = 1024 * 1024;

/**
 * Consumes in the background until the service stops. Declares the durable once its stream exists,
 * and again if it vanishes, and handles messages batch by batch. Messages on `replay.<durable>` go
 * through the same handler, and messages that JetStream gives up on become dead letters.
 */
export function startConsumer<E extends Identified>(deps: ConsumerDeps, options: ConsumerOptions<E>): RunningConsumer {
  const { durable, stream, subjects } = options;
  const [own, replays, advisories] = sourcesOf(durable, { stream, subjects });
  const running = follow(deps, options, own);
  follow(deps, options, replays);
  follow(deps, handleAdvisories(deps, durable), advisories);
  return running;
}

function follow<E extends Identified>(
  deps: ConsumerDeps,
  handling: Handling<E>,
  source: ConsumerSource,
): RunningConsumer {
  const { durable, ackWaitMs = defaultAckWaitMs } = handling;
  const { stream } = source;
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ consumer: durable, stream });
  const missing = logOutage(logger, {
    away: 'Stream is missing; waiting until it is declared (ops streams apply)',
    back: 'Stream found',
    fields: {},
  });

  const outage = logOutage(logger, { away: 'Cannot consume; retrying', back: 'Consuming again', fields: {} });
  const ofServers = logOutage(logger, {
    away: 'A server is unavailable; waiting for it',
    back: 'Handling events again',
    fields: {},
  });

  let current: Promise<void> | undefined;
  const started = Promise.withResolvers<CatchUp | undefined>();
  const run = async () => {
    const broker = await deps.broker.connected();
    const metrics = createConsumerMetrics({ consumer: durable, stream }, () => lagOf(broker, stream, durable), signal);
    const consuming: BatchDeps = { broker, logger, signal, metrics, faults: createFaults(), outage: ofServers };
    const catchUp = handling.inbox && createCatchUp(consuming, { ...handling, inbox: handling.inbox }, source);
    started.resolve(catchUp);
    if (catchUp) watch(deps, catchUp, `${durable} on ${stream}`);
    while (!signal.aborted) {
      try {
        const consumer = await declare(broker, source, { durable, ackWaitMs }, logger);
        missing.back();
        if (outage.isAway()) outage.back();
        else logger.info('Consuming');
        await catchUp?.check();
        current = consume(consuming, handling, consumer, catchUp);
        await current;
      } catch (error) {
        if (isStreamMissing(error)) missing.away();
        else if (!signal.aborted) outage.away(error);
      }
      await pause(retryPauseMs, signal);
    }
  };
  // It only rejects without a broker, which `connectBroker` logs.
  run().catch(() => started.resolve(undefined));
  // Finishes the current batch, but does not wait for requests to NATS, which may be unavailable.
  deps.lifecycle.onShutdown(`${durable} on ${stream}`, () => current?.catch(() => {}));
  return { untilCaughtUp: async () => (await started.promise)?.check() };
}

/** Notices a database that was restored, or lost commits in a failover, while this instance runs. */
function watch({ logger, lifecycle }: ConsumerDeps, catchUp: CatchUp, consumer: string): void {
  every({ logger, lifecycle }, { name: `catch up ${consumer}`, pauseMs: compareEveryMs, run: catchUp.check });
}

function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

async function declare(
  { manager, jetstream }: Broker,
  source: ConsumerSource,
  { durable, ackWaitMs }: { durable: string; ackWaitMs: number },
  logger: Logger,
): Promise<Consumer> {
  try {
    await declareConsumer(manager, source, { durable, ackWaitMs });
  } catch (error) {
    if (isStreamMissing(error)) throw error;
    // In a deployment only `ops streams apply` may declare consumers. An existing one is used as it
    // is.
    const exists = await manager.consumers.info(source.stream, durable).catch(() => undefined);
    if (!exists) throw error;
    logger.warn({ reason: reasonOf(error) }, 'Consumer differs from this release, and NATS refuses to change it');
  }
  return jetstream.consumers.get(source.stream, durable);
}

async function consume<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  consumer: Consumer,
  catchUp: CatchUp | undefined,
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
      await handleMessages(deps, handling, messages);
      catchUp?.settled(messages.at(-1)?.seq ?? 0);
    }
  } finally {
    await prefetch.close();
  }
}

async function lagOf({ manager }: Broker, stream: string, durable: string): Promise<number> {
  const { num_pending, num_ack_pending } = await manager.consumers.info(stream, durable);
  return num_pending + num_ack_pending;
}
