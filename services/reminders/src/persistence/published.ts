import type { Stored } from '@punctual/chassis';
import type { CloudEvent } from '@punctual/contracts';
import { falseOnDuplicates } from './assignments.ts';
import { type PublishedDocument, toDate } from './documents.ts';
import type { Store } from './store.ts';

/** An event that a stream has, and where. */
export type StoredEvent = { event: CloudEvent; streamSequence: number };

/**
 * Keeps published events for a week, so that a lost stream can be refilled with the same ids.
 * May be repeated: what was published again is where it was stored last.
 * @param stream when their stream was created, in epoch milliseconds
 */
export async function keepPublished(
  { published }: Pick<Store, 'published'>,
  stored: readonly StoredEvent[],
  { stream, at }: { stream: number; at: Temporal.Instant },
): Promise<void> {
  if (stored.length === 0) return;
  const documents = stored.map((each) => toDocument(each, { stream, at: toDate(at) }));
  const areNew = await published.insertMany(documents, { ordered: false }).then(() => true, falseOnDuplicates);
  if (!areNew) await markStored({ published }, documents, stream);
}

function toDocument(
  { event, streamSequence }: StoredEvent,
  { stream, at }: Pick<PublishedDocument, 'stream' | 'at'>,
): PublishedDocument {
  const { id: _id, subject: assignmentId, sequence, data } = event;
  const payload = JSON.stringify({ ...event, data: { ...(data as object), jobTitle: null } });
  return { _id, assignmentId, sequence: Number(sequence), payload, stream, streamSequence, at };
}

const pageSize = 100;

/**
 * The kept events that this stream, or without `upTo` others of its name, have stored: by sequence,
 * highest first.
 * @param of.stream when the present stream was created, in epoch milliseconds
 * @param of.upTo leaves out what this stream has beyond: it may be newer than what is known of the stream
 */
export async function* pagesOf(
  { published }: Pick<Store, 'published'>,
  { stream, upTo }: { stream: number; upTo: number | undefined },
): AsyncGenerator<Stored[]> {
  const places = published.find(
    upTo === undefined
      ? { streamSequence: { $gt: 0 }, stream: { $ne: stream } }
      : { streamSequence: { $gt: 0, $lte: upTo }, stream },
    { projection: { streamSequence: 1 }, sort: { streamSequence: -1 }, batchSize: pageSize },
  );
  let page: Stored[] = [];
  for await (const { _id: id, streamSequence } of places) {
    page.push({ id, sequence: streamSequence ?? 0 });
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** The last place that a kept event has in this stream. */
export async function findLastPlace(
  { published }: Pick<Store, 'published'>,
  stream: number,
): Promise<Stored | undefined> {
  const last = await published.findOne(
    { stream, streamSequence: { $gt: 0 } },
    { projection: { streamSequence: 1 }, sort: { streamSequence: -1 } },
  );
  return last ? { id: last._id, sequence: last.streamSequence ?? 0 } : undefined;
}

/** Says that the stream has lost these events. */
export async function markLost({ published }: Pick<Store, 'published'>, lost: readonly Stored[]): Promise<void> {
  await published.updateMany({ _id: { $in: lost.map(({ id }) => id) } }, { $set: { streamSequence: null } });
}

/** The lost events that were published first, in order for each assignment. */
export async function findUnpublished(
  { published }: Pick<Store, 'published'>,
  limit: number,
): Promise<PublishedDocument[]> {
  return published.find({ streamSequence: null }).sort({ at: 1, sequence: 1 }).limit(limit).toArray();
}

/** Says where the stream has these events now. */
export async function markStored(
  { published }: Pick<Store, 'published'>,
  stored: readonly Pick<PublishedDocument, '_id' | 'streamSequence'>[],
  stream: number,
): Promise<void> {
  if (stored.length === 0) return;
  const places = stored.map(({ _id, streamSequence }) => ({
    updateOne: { filter: { _id }, update: { $set: { stream, streamSequence } } },
  }));
  await published.bulkWrite(places, { ordered: false });
}
