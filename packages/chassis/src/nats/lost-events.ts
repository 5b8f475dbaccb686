import type { Broker } from './broker.ts';
import { readHeaders } from './message-headers.ts';
import { streamInfo } from './read-stream.ts';

/** An event that a stream has acknowledged, and its sequence there. */
export type Stored = { id: string; sequence: number };

/** A stream at one moment, to be compared with what its producer remembers. */
export type HeldStream = {
  /** Its identity: when it was created, in epoch milliseconds. */
  createdAt: number;
  firstSequence: number;
  lastSequence: number;
  /** The `Nats-Msg-Id` of the message at a sequence; undefined without one. */
  idAt(sequence: number): Promise<string | undefined>;
};

/** Looks at a stream; undefined if it does not exist. */
export async function holdStream(nats: Pick<Broker, 'manager'>, name: string): Promise<HeldStream | undefined> {
  const info = await streamInfo(nats, name);
  if (!info) return undefined;
  return {
    createdAt: Date.parse(info.created),
    firstSequence: info.state.first_seq,
    lastSequence: info.state.last_seq,
    idAt: (sequence) => idAt(nats, name, sequence),
  };
}

/** The `Nats-Msg-Id` of the message at a sequence of a stream; undefined without one. */
export async function idAt(
  { manager }: Pick<Broker, 'manager'>,
  name: string,
  sequence: number,
): Promise<string | undefined> {
  // The last of an empty stream.
  if (sequence === 0) return undefined;
  const message = await manager.streams.getMessage(name, { seq: sequence });
  const headers = readHeaders(() => message?.header);
  return headers === 'unreadable' ? undefined : headers?.get('Nats-Msg-Id') || undefined;
}

/** Whether the stream holds this event where it was stored. */
export async function holds(stream: HeldStream, { id, sequence }: Stored): Promise<boolean> {
  return sequence <= stream.lastSequence && (await stream.idAt(sequence)) === id;
}

/**
 * Finds the events that a stream has lost: those beyond its end, those whose sequence holds another
 * event, and those missing at its end. A message missing further down was deleted by a person, and
 * one before the first sequence was purged or too old: neither is lost.
 * @param pages what the producer remembers, by sequence, highest first
 * @param sameStream whether these sequences are of this very stream. Then the search ends with the
 * first page of which nothing is lost, since a stream loses its end. Another stream of the same
 * name is compared with everything.
 * @returns the lost events of each page that has some
 */
export async function* findLost(
  stream: HeldStream,
  pages: AsyncIterable<readonly Stored[]>,
  { sameStream }: { sameStream: boolean },
): AsyncGenerator<Stored[]> {
  /** Nothing that the stream holds has been found yet. */
  let atEnd = true;
  for await (const page of pages) {
    const found = await Promise.all(page.map((stored) => find(stream, stored)));
    const lost = page.filter((_, index) => {
      if (found[index] === 'held') atEnd = false;
      return found[index] === 'lost' || (found[index] === 'missing' && (atEnd || !sameStream));
    });
    if (lost.length > 0) yield lost;
    else if (sameStream) return;
  }
}

async function find(stream: HeldStream, { id, sequence }: Stored): Promise<'held' | 'aged' | 'missing' | 'lost'> {
  if (sequence < stream.firstSequence) return 'aged';
  if (sequence > stream.lastSequence) return 'lost';
  const there = await stream.idAt(sequence);
  if (there === undefined) return 'missing';
  return there === id ? 'held' : 'lost';
}
