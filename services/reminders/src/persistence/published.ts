import type { Stored } from '@punctual/chassis';
import type { CloudEvent } from '@punctual/contracts';
import type { Filter } from 'mongodb';
import { falseOnDuplicates } from './assignments.ts';
import { type PublishedDocument, toDate } from './documents.ts';
import type { Store } from './store.ts';

/** An event that a stream has, and where. */
export type StoredEvent = { event: CloudEvent; streamSequence: number };

/**
 * Keeps published events for a week, so that a lost stream can be refilled with the same ids.
 * May be repeated: of an event that is kept already, the place changes only to one that the stream still has, since
 * it may be lost since, or be published again elsewhere.
 * @param stream when their stream was created, in epoch milliseconds
 */
export async function keepPublished(
  { published }: Pick<Store, 'published'>,
  stored: readonly StoredEvent[],
  { stream, at, isThere }: { stream: number; at: Temporal.Instant; isThere: (event: StoredEvent) => Promise<boolean> },
): Promise<void> {
  if (stored.length === 0) return;
  const documents = stored.map((each) => toDocument(each, { stream, at: toDate(at) }));
  const areNew = await published.insertMany(documents, { ordered: false }).then(() => true, falseOnDuplicates);
  if (areNew) return;
  const moved = await findMoved({ published }, documents);
  const there = await Promise.all(stored.map(async (each) => moved.has(each.event.id) && (await isThere(each))));
  await markStored(
    { published },
    documents.filter((_, index) => there[index]),
    stream,
  );
}

/** Those of these events that are kept with another place. */
async function findMoved({ published }: Pick<Store, 'published'>, documents: readonly PublishedDocument[]) {
  const kept = await published
    .find({ _id: { $in: documents.map(({ _id }) => _id) } }, { projection: { stream: 1, streamSequence: 1 } })
    .toArray();
  const places = new Map(kept.map(({ _id, stream, streamSequence }) => [_id, `${stream} ${streamSequence}`]));
  const isElsewhere = ({ _id, stream, streamSequence }: PublishedDocument) =>
    places.get(_id) !== `${stream} ${streamSequence}`;
  return new Set(documents.filter(isElsewhere).map(({ _id }) => _id));
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
 * The kept events that this stream has stored: by sequence, highest first.
 * @param of.stream when it was created, in epoch milliseconds
 * @param of.upTo leaves out what it has beyond: that may be newer than what is known of the stream
 */
export async function* pagesOf(
  { published }: Pick<Store, 'published'>,
  { stream, upTo }: { stream: number; upTo: number },
): AsyncGenerator<Stored[]> {
  const places = published.find(
    { streamSequence: { $gt: 0, $lte: upTo }, stream },
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

/** Says that the stream has lost these events. */
export async function markLost({ published }: Pick<Store, 'published'>, lost: readonly Stored[]): Promise<void> {
  await published.updateMany({ _id: { $in: lost.map(({ id }) => id) } }, { $set: { streamSequence: null } });
}

/** The kept events whose last place is in another stream than the present one, created at this time. */
const elsewhere = (stream: number): Filter<PublishedDocument> => ({
  streamSequence: { $gt: 0 },
  stream: { $ne: stream },
});

/** Whether events are kept whose last place is in another stream. */
export async function hasElsewhere({ published }: Pick<Store, 'published'>, stream: number): Promise<boolean> {
  return (await published.findOne(elsewhere(stream), { projection: { _id: 1 } })) !== null;
}

/** Says that these are lost. Note the places of those that the present stream has first. */
export async function markElsewhereLost({ published }: Pick<Store, 'published'>, stream: number): Promise<void> {
  await published.updateMany(elsewhere(stream), { $set: { streamSequence: null } });
}

/** Events that the stream has lost: assignment by assignment, in the order of their first publication. */
export async function findUnpublished(
  { published }: Pick<Store, 'published'>,
  limit: number,
): Promise<PublishedDocument[]> {
  return published.find({ streamSequence: null }).sort({ assignmentId: 1, sequence: 1 }).limit(limit).toArray();
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
