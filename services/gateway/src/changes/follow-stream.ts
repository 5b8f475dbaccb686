import { setTimeout as delay } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
} from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import {
  type Broker,
  type BrokerHandle,
  fromLeader,
  type Lifecycle,
  type Logger,
  logOutage,
  readHeaders,
  streamCreatedAt,
} from '@punctual/chassis';
import { type ChangeStream, identify, type StreamMessage, type StreamPosition } from './change.ts';
import { createMessageWindow, type MessageWindow } from './message-window.ts';
import { readMessages } from './read-messages.ts';

export type FollowStreamDeps = { broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

export type Follower = {
  /** How far the stream has been followed. */
  position(): StreamPosition;
  /** Resolves when everything that the stream held at the start has been seen. */
  readonly ready: Promise<void>;
  /** The latest messages. */
  readonly recent: MessageWindow;
};

const remembered = 5_000;
const retryPauseMs = 1_000;
const lookMs = 2_000;
/** `ops streams apply --watch` says within seconds that the sequences of a shorter stream began again. */
const waitForRestartMs = 10_000;

/**
 * Follows one stream from its end on, and keeps the latest messages, including some from before the
 * start. Calls `onMessage` for each in stream order, and `onRestart` when the stream was recreated or
 * its sequences began again (ADR 0037); neither may throw.
 */
export function followStream(
  deps: FollowStreamDeps,
  stream: ChangeStream,
  { onMessage, onRestart }: { onMessage: (message: StreamMessage) => void; onRestart: () => void },
): Follower {
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ stream });
  const outage = logOutage(logger, {
    away: 'Changes cannot be followed; retrying',
    back: 'Changes are followed again',
    fields: {},
  });
  const { promise: ready, resolve: setReady } = Promise.withResolvers<void>();
  const recent = createMessageWindow(remembered, 0);
  let position: StreamPosition | undefined;
  /** The message at the position. */
  let last: JsMsg | undefined;
  /** Since when the stream holds another message there. */
  let partedAt: number | undefined;
  let current: ConsumerMessages | undefined;

  const take = (createdAt: number, message: JsMsg) => {
    position = { streamCreatedAt: createdAt, sequence: message.seq };
    last = message;
    const taken = identify(stream, createdAt, message);
    recent.add(taken);
    onMessage(taken);
  };

  const follow = async (broker: Broker) => {
    const info = fromLeader(await broker.manager.streams.info(stream));
    const { state } = info;
    const createdAt = streamCreatedAt(info);
    if (position?.streamCreatedAt !== createdAt) {
      // A stream whose sequences began again has few new messages, and the others were seen before.
      const skipped = state.last_seq - remembered;
      const isRestart = position !== undefined && position.streamCreatedAt !== 0;
      position = { streamCreatedAt: createdAt, sequence: Math.max(skipped, state.first_seq - 1, 0) };
      recent.restart(position.sequence);
      last = undefined;
      if (isRestart) onRestart();
    }
    if (last && !(await holds(broker, stream, last, state.last_seq))) {
      partedAt ??= performance.now();
      if (performance.now() - partedAt < waitForRestartMs) throw new Error('The stream has lost its last messages.');
      position = { streamCreatedAt: createdAt, sequence: state.last_seq };
      recent.restart(state.last_seq);
      last = undefined;
      onRestart();
    }
    partedAt = undefined;
    if (position.sequence >= state.last_seq) setReady();
    const consumer = await orderedConsumer(broker, stream, position.sequence + 1);
    current = await readMessages(consumer);
    outage.back();
    const looking = setInterval(() => void endIfAnother(broker, createdAt), lookMs).unref();
    try {
      for await (const message of current) {
        take(createdAt, message);
        if (message.seq >= state.last_seq) setReady();
      }
    } finally {
      clearInterval(looking);
    }
  };

  /** A consumer of a stream whose sequences began again does not end by itself. */
  const endIfAnother = async (broker: Broker, createdAt: number) => {
    const info = await broker.manager.streams.info(stream).catch(() => undefined);
    if (info && streamCreatedAt(info) !== createdAt) current?.stop();
  };

  const run = async () => {
    const broker = await deps.broker.connected();
    while (!signal.aborted) {
      try {
        await follow(broker);
      } catch (error) {
        if (isMissing(error)) {
          position ??= { streamCreatedAt: 0, sequence: 0 };
          setReady();
        } else if (!signal.aborted) outage.away(error);
      }
      await delay(retryPauseMs, undefined, { signal }).catch(() => {});
    }
  };
  run().catch((error: unknown) => logger.error({ err: error }, 'Changes cannot be followed'));
  deps.lifecycle.onShutdown(`changes of ${stream}`, () => current?.close());

  return {
    position: () => position ?? { streamCreatedAt: 0, sequence: 0 },
    ready,
    recent,
  };
}

/** Whether a stream still holds a message, or it was removed and newer ones follow. */
async function holds(
  broker: Broker,
  stream: ChangeStream,
  { seq, headers }: JsMsg,
  lastSequence: number,
): Promise<boolean> {
  if (lastSequence < seq) return false;
  const consumer = await orderedConsumer(broker, stream, seq);
  const first = await consumer.next({ expires: 1_000 }).finally(() => consumer.delete().catch(() => undefined));
  return !first || first.seq > seq || idIn(first.headers) === idIn(headers);
}

function idIn(headers: MsgHdrs | undefined): string | undefined {
  const read = readHeaders(() => headers);
  return read === 'unreadable' ? undefined : read?.get('Nats-Msg-Id');
}

/**
 * Creates a consumer for this process, from a sequence or a time on. It recreates itself where it
 * was when a message is missing.
 */
export function orderedConsumer(
  broker: Broker,
  stream: ChangeStream,
  from: number | Temporal.Instant,
): Promise<Consumer> {
  const start =
    typeof from === 'number'
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toString() };
  return broker.jetstream.consumers.get(stream, start);
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
