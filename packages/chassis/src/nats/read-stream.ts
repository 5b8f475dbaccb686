import {
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  type StreamInfo,
  type StreamInfoRequestOptions,
} from '@nats-io/jetstream';
import type { Broker } from './broker.ts';
import { fromLeader } from './from-leader.ts';

/** Which messages of a stream to read; all of them by default. */
export type StreamSelection = {
  subjects?: readonly string[] | undefined;
  /** Starts at the first message that was stored at this time or later. */
  since?: Temporal.Instant | undefined;
  /** Starts at the first message with this sequence or a later one. Excludes `since`. */
  fromSequence?: number | undefined;
  /** Delivers messages without their payloads. */
  headersOnly?: boolean | undefined;
};

/** Messages fetched ahead of the reader. */
const prefetched = 500;

/**
 * Reads the messages that a stream holds at the moment of the call, oldest first; none if the
 * stream does not exist. It uses an ephemeral consumer, so it affects no other reader.
 */
export async function* readStream(
  nats: Pick<Broker, 'jetstream' | 'manager'>,
  stream: string,
  { subjects, since, fromSequence, headersOnly }: StreamSelection = {},
): AsyncGenerator<JsMsg> {
  const info = await streamInfo(nats, stream);
  if (!info || info.state.messages === 0) return;
  const last = info.state.last_seq;
  const consumer = await nats.jetstream.consumers.get(stream, {
    ...(subjects && { filter_subjects: [...subjects] }),
    ...(since && { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toString() }),
    ...(fromSequence && { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: fromSequence }),
    ...(headersOnly && { headers_only: true }),
  });
  try {
    if ((await consumer.info(true)).num_pending === 0) return;
    // Not `fetch`: on a busy machine it silently ends before the last message.
    const messages = await consumer.consume({ max_messages: prefetched, abort_on_missing_resource: true });
    try {
      for await (const message of messages) {
        if (message.seq <= last) yield message;
        if (message.seq >= last || message.info.pending === 0) return;
      }
    } finally {
      await messages.close();
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}

/** Describes a stream; undefined if it does not exist. @throws NoLeader, or when NATS does not answer */
export function streamInfo(
  { manager }: Pick<Broker, 'manager'>,
  stream: string,
  options?: Partial<StreamInfoRequestOptions>,
): Promise<StreamInfo | undefined> {
  return unlessMissing(JetStreamApiCodes.StreamNotFound, manager.streams.info(stream, options).then(fromLeader));
}

/** Describes a consumer; undefined if it or its stream does not exist. @throws as {@link streamInfo} */
export function consumerInfo(
  { manager }: Pick<Broker, 'manager'>,
  stream: string,
  durable: string,
): Promise<ConsumerInfo | undefined> {
  return unlessMissing(
    JetStreamApiCodes.StreamNotFound,
    unlessMissing(JetStreamApiCodes.ConsumerNotFound, manager.consumers.info(stream, durable).then(fromLeader)),
  );
}

/**
 * Resolves with undefined if JetStream answers with this code for a missing stream, consumer or
 * message.
 */
export async function unlessMissing<T>(code: number, request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === code) return undefined;
    throw error;
  }
}
