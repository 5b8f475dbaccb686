import { DeliverPolicy, JetStreamApiCodes, JetStreamApiError, type JsMsg, type StreamInfo } from '@nats-io/jetstream';
import type { Nats } from './with-nats.ts';

export type Reading = {
  subjects?: readonly string[];
  /** From the first message stored then or later. */
  since?: Temporal.Instant | undefined;
  headersOnly?: boolean;
};

/** Undefined when there is no such stream. */
export async function streamInfo({ manager }: Nats, stream: string): Promise<StreamInfo | undefined> {
  return manager.streams.info(stream).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  });
}

/** What a stream holds at the moment of the call, oldest first; nothing when there is no such stream. Nobody else's reading is touched. */
export async function* readStream(nats: Nats, stream: string, reading: Reading = {}): AsyncGenerator<JsMsg> {
  const info = await streamInfo(nats, stream);
  if (!info || info.state.messages === 0) return;
  const last = info.state.last_seq;
  const { subjects, since, headersOnly } = reading;
  const consumer = await nats.jetstream.consumers.get(stream, {
    ...(subjects && { filter_subjects: [...subjects] }),
    ...(since && { deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toString() }),
    ...(headersOnly && { headers_only: true }),
  });
  try {
    if ((await consumer.info(true)).num_pending === 0) return;
    const messages = await consumer.consume({ max_messages: 500, abort_on_missing_resource: true });
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
