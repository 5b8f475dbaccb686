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
  if (areNew) return;
  const places = documents.map(({ _id, streamSequence }) => ({
    updateOne: { filter: { _id }, update: { $set: { stream, streamSequence } } },
  }));
  await published.bulkWrite(places, { ordered: false });
}

function toDocument(
  { event, streamSequence }: StoredEvent,
  { stream, at }: Pick<PublishedDocument, 'stream' | 'at'>,
): PublishedDocument {
  const { id: _id, subject: assignmentId, sequence, data } = event;
  const payload = JSON.stringify({ ...event, data: { ...(data as object), jobTitle: null } });
  return { _id, assignmentId, sequence: Number(sequence), payload, stream, streamSequence, at };
}
