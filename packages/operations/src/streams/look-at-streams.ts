import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream';
import { type DeclaredStream, declaredStreams, streamInfo } from '@punctual/chassis';
import type { Nats } from '../nats.ts';

/** The streams at one moment. */
export type StreamsView = { at: Temporal.Instant; streams: StreamView[] };

/** A stream, and how full it is. */
export type StreamView = {
  name: DeclaredStream;
  /** Undefined when the stream does not exist. */
  held:
    | {
        created: string;
        messages: number;
        bytes: number;
        /** Null without a limit. */
        maxBytes: number | null;
        maxMessages: number | null;
        /** Share of the limit that is nearest, from 0 to 1; 0 without limits. */
        used: number;
        lastSequence: number;
        /** When its oldest message was stored (RFC 3339); null when it is empty. */
        oldestAt: string | null;
        /** Messages stored per second since the last look; null on the first look at this stream. */
        rate: number | null;
        /** The server that leads it; null on a server without a cluster, or while none leads. */
        leader: string | null;
        replicas: number;
      }
    | undefined;
  consumers: ConsumerView[];
};

/** A durable consumer of a stream. */
export type ConsumerView = {
  name: string;
  subjects: readonly string[];
  /** Not delivered yet. */
  pending: number;
  /** Delivered, and not answered yet. */
  ackPending: number;
  /** Delivered more than once, and not answered yet. */
  redelivered: number;
  /** When the oldest message that it has not answered was stored (RFC 3339); null without one. */
  oldestAt: string | null;
  /** Messages answered per second since the last look; null on the first look at it. */
  rate: number | null;
  isPaused: boolean;
  leader: string | null;
  lastSequence: number;
};

/**
 * Looks at every stream and its durable consumers.
 * @param last the last look, for rates
 */
export async function lookAtStreams(nats: Nats, last?: StreamsView): Promise<StreamsView> {
  const at = Temporal.Now.instant();
  const seconds = last ? at.since(last.at).total('seconds') : 0;
  const rateOf = (now: number, before: number | undefined) =>
    before === undefined || seconds <= 0 ? null : Math.max(0, now - before) / seconds;
  const look = async (name: DeclaredStream): Promise<StreamView> => {
    const info = await streamInfo(nats, name);
    if (!info) return { name, held: undefined, consumers: [] };
    const before = last?.streams.find((stream) => stream.name === name);
    const isSame = before?.held?.created === info.created;
    const rate = rateOf(info.state.last_seq, isSame ? before?.held?.lastSequence : undefined);
    const consumers: ConsumerView[] = [];
    for await (const consumer of nats.manager.consumers.list(name)) {
      if (!consumer.config.durable_name) continue;
      const known = isSame ? before?.consumers.find(({ name }) => name === consumer.name) : undefined;
      const oldestAt = await oldestUnanswered(nats, consumer);
      consumers.push(toConsumerView(consumer, oldestAt, rateOf(consumer.ack_floor.stream_seq, known?.lastSequence)));
    }
    return { name, held: { ...toHeld(info), rate }, consumers };
  };
  return { at, streams: await Promise.all(declaredStreams.map(look)) };
}

function toHeld({ created, state, config, cluster }: StreamInfo) {
  const limit = (value: number) => (value > 0 ? value : null);
  const [maxBytes, maxMessages] = [limit(config.max_bytes), limit(config.max_msgs)];
  return {
    created,
    messages: state.messages,
    bytes: state.bytes,
    maxBytes,
    maxMessages,
    used: Math.max(maxBytes ? state.bytes / maxBytes : 0, maxMessages ? state.messages / maxMessages : 0),
    lastSequence: state.last_seq,
    oldestAt: state.messages > 0 ? state.first_ts : null,
    leader: cluster?.leader || null,
    replicas: config.num_replicas,
  };
}

function toConsumerView(info: ConsumerInfo, oldestAt: string | null, rate: number | null): ConsumerView {
  return {
    name: info.name,
    subjects: subjectsOf(info),
    pending: info.num_pending,
    ackPending: info.num_ack_pending,
    redelivered: info.num_redelivered,
    oldestAt,
    rate,
    isPaused: info.paused ?? false,
    leader: info.cluster?.leader || null,
    lastSequence: info.ack_floor.stream_seq,
  };
}

/** When the first message after those that a consumer has answered was stored. */
async function oldestUnanswered({ manager }: Nats, info: ConsumerInfo): Promise<string | null> {
  if (info.num_pending + info.num_ack_pending === 0) return null;
  const seq = info.ack_floor.stream_seq + 1;
  const found = await Promise.all(
    // The client's type lacks this request.
    subjectsOf(info).map((subject) => {
      const request = { seq, next_by_subj: subject };
      return manager.streams.getMessage(info.stream_name, request);
    }),
  );
  const times = found.flatMap((message) => (message ? [message.time.toISOString()] : []));
  return times.toSorted()[0] ?? null;
}

function subjectsOf({ config }: ConsumerInfo): readonly string[] {
  return config.filter_subjects ?? [config.filter_subject || '>'];
}
