import { setTimeout as delay } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
} from '@nats-io/jetstream';
import {
  type Broker,
  type BrokerHandle,
  type Lifecycle,
  type Logger,
  logOutage,
  streamCreatedAt,
} from '@punctual/chassis';
import type { Place, Sent, Source } from './change.ts';
import { type Recent, rememberRecent } from './recent.ts';

export type FollowDeps = { broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

export type Follower = {
  /** Up to where the stream has been followed. */
  place(): Place;
  /** Resolves when what was there at the start has been seen. */
  readonly ready: Promise<void>;
  readonly recent: Recent;
};

/** How an ordered consumer is read; when NATS has forgotten it, reading ends with an error. */
export const reading = { max_messages: 500, abort_on_missing_resource: true };

const remembered = 5_000;
const retryPauseMs = 1_000;

/**
 * Follows one stream for ever, from its end on, and remembers the latest messages, also some of before it began. `onMessage` is called for
 * each, in the order of the stream, and must not throw.
 */
export function followStream(deps: FollowDeps, source: Source, onMessage: (sent: Sent) => void): Follower {
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ stream: source });
  const outage = logOutage(logger, {
    away: 'changes cannot be followed; trying again',
    back: 'changes are followed again',
    fields: {},
  });
  const { promise: ready, resolve: setReady } = Promise.withResolvers<void>();
  const recent = rememberRecent(remembered);
  let place: Place | undefined;
  let current: ConsumerMessages | undefined;

  const take = (born: number, message: JsMsg) => {
    place = { born, position: message.seq };
    const sent = { source, born, message };
    recent.add(sent);
    onMessage(sent);
  };

  const follow = async (broker: Broker) => {
    const info = await broker.manager.streams.info(source);
    const { state } = info;
    const born = streamCreatedAt(info);
    if (place?.born !== born) {
      // A stream that was made since the start is read from its beginning: nothing of it has been seen.
      const skipped = place ? 0 : state.last_seq - remembered;
      place = { born, position: Math.max(skipped, state.first_seq - 1, 0) };
      recent.restart(place.position);
    }
    if (place.position >= state.last_seq) setReady();
    const consumer = await orderedConsumer(broker, source, place.position + 1);
    current = await consumer.consume(reading);
    outage.back();
    for await (const message of current) {
      take(born, message);
      if (message.seq >= state.last_seq) setReady();
    }
  };

  const run = async () => {
    const broker = await deps.broker.connected();
    while (!signal.aborted) {
      try {
        await follow(broker);
      } catch (error) {
        if (isMissing(error)) {
          place ??= { born: 0, position: 0 };
          setReady();
        } else if (!signal.aborted) outage.away(error);
      }
      await delay(retryPauseMs, undefined, { signal }).catch(() => {});
    }
  };
  run().catch((error: unknown) => logger.error({ err: error }, 'changes cannot be followed'));
  deps.lifecycle.onShutdown(`changes of ${source}`, () => current?.close());

  return {
    place: () => place ?? { born: 0, position: 0 },
    ready,
    recent,
  };
}

/**
 * A consumer of this process' own, from a position or a time on, which is made anew by itself, from where it was, when a message
 * is missing.
 */
export function orderedConsumer(broker: Broker, source: Source, from: number | Date): Promise<Consumer> {
  const start =
    typeof from === 'number'
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toISOString() };
  return broker.jetstream.consumers.get(source, start);
}

export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
