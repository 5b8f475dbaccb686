import { type Broker, type BrokerHandle, streamCreatedAt, streamInfo } from '@punctual/chassis';
import { type ChangeStream, changeStreams, type StreamPosition } from './change.ts';
import type { StreamPositions } from './cursor.ts';
import { type Follower, orderedConsumer } from './follow-stream.ts';

export type CanResumeDeps = {
  broker: BrokerHandle;
  followers: Readonly<Record<ChangeStream, Follower>>;
  /** How far back a client may resume. */
  maxAgeMs: number;
};

/** How long an answer of NATS is reused, so that clients that resume at once cost one request. */
const reusedMs = 1_000;

/**
 * Creates the check whether everything after a client's positions can be sent. It cannot when the
 * first message after them is too old or removed, or when the stream is another one or shorter.
 * The promise rejects while NATS is unavailable.
 */
export function createCanResume(deps: CanResumeDeps): (since: StreamPositions) => Promise<boolean> {
  const { broker, followers, maxAgeMs } = deps;
  const oldest = () => Date.now() - maxAgeMs;
  /** The last sequence that is too old. */
  const tooOld = reused(async (stream) => lastBefore(await broker.connected(), stream, oldest()));

  const canResumeIn = async (stream: ChangeStream, since: StreamPosition): Promise<boolean> => {
    const { recent, position } = followers[stream];
    const reached = position();
    if (since.streamCreatedAt !== reached.streamCreatedAt || since.sequence > reached.sequence) {
      // Asked every time: an earlier answer would expire a client that another gateway moved on.
      const last = await endOf(await broker.connected(), stream);
      if (last.streamCreatedAt !== since.streamCreatedAt || since.sequence > last.sequence) return false;
      // This gateway is behind.
      if (reached.streamCreatedAt === since.streamCreatedAt) return true;
      throw new Error('The stream was recreated and is not followed yet.');
    }
    if (since.sequence === reached.sequence) return true;
    if (recent.reachesBackTo(since.sequence)) {
      const [next] = recent.find(undefined, since.sequence, 1);
      return !next || next.message.time.getTime() >= oldest();
    }
    return since.sequence >= (await tooOld(stream));
  };

  return async (since) => {
    const each = changeStreams.map((stream) =>
      canResumeIn(stream, knownPosition(since[stream], followers[stream].position())),
    );
    return (await Promise.all(each)).every(Boolean);
  };
}

/**
 * Replaces the position of a client that connected before the stream existed: everything in it now
 * came later.
 */
export function knownPosition(since: StreamPosition, { streamCreatedAt }: StreamPosition): StreamPosition {
  return since.streamCreatedAt === 0 ? { streamCreatedAt, sequence: 0 } : since;
}

/** Asks about each stream once in {@link reusedMs}. */
function reused<T>(ask: (stream: ChangeStream) => Promise<T>): (stream: ChangeStream) => Promise<T> {
  const asked = new Map<ChangeStream, { at: number; answer: Promise<T> }>();
  return (stream) => {
    const before = asked.get(stream);
    if (before && performance.now() - before.at < reusedMs) return before.answer;
    const answer = ask(stream);
    asked.set(stream, { at: performance.now(), answer });
    return answer;
  };
}

async function endOf(broker: Broker, stream: ChangeStream): Promise<StreamPosition> {
  const info = await streamInfo(broker, stream);
  if (!info) return { streamCreatedAt: 0, sequence: 0 };
  return { streamCreatedAt: streamCreatedAt(info), sequence: info.state.last_seq };
}

async function lastBefore(broker: Broker, stream: ChangeStream, timeMs: number): Promise<number> {
  const consumer = await orderedConsumer(broker, stream, Temporal.Instant.fromEpochMilliseconds(timeMs));
  const { delivered } = await consumer.info(true);
  await consumer.delete().catch(() => undefined);
  return delivered.stream_seq;
}
