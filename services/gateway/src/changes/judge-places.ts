import { type Broker, type BrokerHandle, streamCreatedAt } from '@punctual/chassis';
import { type Place, type Source, sources } from './change.ts';
import type { Places } from './cursor.ts';
import { type Follower, isMissing, orderedConsumer } from './follow-stream.ts';

export type JudgePlacesDeps = {
  broker: BrokerHandle;
  followers: Readonly<Record<Source, Follower>>;
  /** How far back a client may resume. */
  maxAgeMs: number;
};

/** How long it counts how far back each stream goes: so it is asked for once, however many clients come back. */
const rememberedMs = 1_000;

/**
 * Says whether everything after a client's places can be sent. It cannot when the first message of it is too old or removed, or
 * the stream is not the one, or ends before that place.
 * @returns whether it can; the promise rejects while NATS is away
 */
export function judgePlaces({ broker, followers, maxAgeMs }: JudgePlacesDeps): (since: Places) => Promise<boolean> {
  const asked = new Map<Source, { at: number; position: Promise<number> }>();

  /** The last position that is too old. */
  const tooOld = (source: Source) => {
    const before = asked.get(source);
    if (before && performance.now() - before.at < rememberedMs) return before.position;
    const position = broker.connected().then((connected) => lastBefore(connected, source, Date.now() - maxAgeMs));
    asked.set(source, { at: performance.now(), position });
    return position;
  };

  const judge = async (source: Source, since: Place): Promise<boolean> => {
    const { recent, place } = followers[source];
    const { born, position } = place();
    if (since.born !== born || since.position > position) {
      const { stream, last } = await ask(await broker.connected(), source);
      if (stream !== since.born || since.position > last) return false;
      // It is this gateway that is behind.
      if (born === since.born) return true;
      throw new Error('The stream began anew and is not followed yet.');
    }
    if (since.position === position) return true;
    const storedAt = recent.firstStoredAfter(since.position);
    if (storedAt !== undefined) return storedAt >= Date.now() - maxAgeMs;
    return since.position >= (await tooOld(source));
  };

  return async (since) => {
    const judged = await Promise.all(
      sources.map((source) => judge(source, knownPlace(since[source], followers[source].place()))),
    );
    return judged.every(Boolean);
  };
}

/** The place in the stream of a client that has been told of none: whatever it holds now came later. */
export function knownPlace(since: Place, { born }: Place): Place {
  return since.born === 0 ? { born, position: 0 } : since;
}

async function ask(broker: Broker, source: Source): Promise<{ stream: number; last: number }> {
  try {
    const info = await broker.manager.streams.info(source);
    return { stream: streamCreatedAt(info), last: info.state.last_seq };
  } catch (error) {
    if (isMissing(error)) return { stream: 0, last: 0 };
    throw error;
  }
}

async function lastBefore(broker: Broker, source: Source, timeMs: number): Promise<number> {
  const consumer = await orderedConsumer(broker, source, new Date(timeMs));
  const { delivered } = await consumer.info(true);
  await consumer.delete().catch(() => undefined);
  return delivered.stream_seq;
}
