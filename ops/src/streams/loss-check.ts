import type { JetStreamManager } from '@nats-io/jetstream';
import { findLost, type HeldStream, holdStream, idAt, originCreated, type Stored, streamInfo } from '@punctual/chassis';
import { type CopiedStream, copiedStreams, copiesOf, type Nats } from '@punctual/operations';

/** The end of a stream at the last look, and the run of the server that was asked. */
type End = { createdAt: number; last: Stored | undefined; server: string | undefined };

const mostOfCopy = 1_000;

/**
 * Creates a check whether a stream has lost its end since the last look: a copy would not notice, nor
 * would a client that keeps a position. Such a stream counts as begun again for both (ADR 0037). Its
 * producer finds out by itself what to publish again. After a start of the server or of this
 * process, the copies say what the stream held before.
 * @returns a line for each stream that did
 */
export function createLossCheck(): (nats: Nats) => Promise<string[]> {
  const ends = new Map<CopiedStream, End>();

  const check = async (nats: Nats, name: CopiedStream): Promise<string[]> => {
    const known = ends.get(name);
    const server = nats.connection.info?.server_id;
    // Before the stream: a copy is never ahead of a later look at its stream.
    const copied = known?.server === server ? [] : await fromCopies(nats, name, known?.last?.sequence);
    const held = await holdStream(nats, name);
    if (!held) return [];
    ends.set(name, { createdAt: held.createdAt, last: await lastOf(held), server });
    if (known && known.createdAt !== held.createdAt) return [];
    if (!(await hasLost(held, known?.last ? [known.last, ...copied] : copied))) return [];
    await beginAgain(nats.manager, name);
    return [`${name} has lost its last messages; its copies and its readers begin again.`];
  };
  return async (nats) => (await Promise.all(copiedStreams.map((name) => check(nats, name)))).flat();
}

async function hasLost(held: HeldStream, known: readonly Stored[]): Promise<boolean> {
  // Each alone: other messages may have taken the lost sequences, and more may have come since.
  for (const stored of known) {
    const pages = (async function* () {
      yield [stored];
    })();
    for await (const _ of findLost(held, pages, { sameStream: true })) return true;
  }
  return false;
}

async function lastOf({ lastSequence, idAt }: HeldStream): Promise<Stored | undefined> {
  const id = await idAt(lastSequence);
  return id === undefined ? undefined : { id, sequence: lastSequence };
}

/**
 * Messages of the copies, the last ones first: those from a sequence on or, without one, more and
 * more sparsely back to the first.
 */
async function fromCopies(nats: Nats, name: CopiedStream, from: number | undefined): Promise<Stored[]> {
  const origin = await streamInfo(nats, name);
  if (!origin) return [];
  const found: Stored[] = [];
  for (const { copy, manager } of await copiesOf(nats, origin)) {
    const { first_seq, last_seq } = copy.state;
    const least = Math.max(first_seq, from ?? 1);
    const step = Math.ceil((last_seq - least + 1) / mostOfCopy);
    for (let sequence = last_seq; sequence >= least; sequence -= from === undefined ? last_seq - sequence + 1 : step) {
      const id = await idAt({ manager }, name, sequence);
      if (id !== undefined) found.push({ id, sequence });
    }
  }
  return found;
}

/** Changes what {@link streamCreatedAt} says of the stream. Nothing else of it changes. */
async function beginAgain({ streams }: JetStreamManager, name: CopiedStream): Promise<void> {
  const { config } = await streams.info(name);
  await streams.update(name, { metadata: { ...config.metadata, [originCreated]: new Date().toISOString() } });
}
