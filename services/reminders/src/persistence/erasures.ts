import { erasedText } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { toDate, toInstant } from './documents.ts';
import type { Store } from './store.ts';

/** Texts about the person from then or before are to be erased. */
export type Erasure = { personId: string; at: Temporal.Instant };

/** Records erasures, so that events that arrive later bring no text back. May be repeated. */
export async function recordErasures(store: Store, erasures: readonly Erasure[]): Promise<void> {
  await store.erasures.bulkWrite(
    erasures.map(({ personId, at }) => ({
      updateOne: { filter: { _id: personId }, update: { $max: { at: toDate(at) } }, upsert: true },
    })),
  );
}

/** The erasures of the customers and providers of these records. */
export async function findErasures(store: Store, records: readonly AssignmentRecord[]): Promise<Erasure[]> {
  const ids = new Set(records.flatMap(({ customerId, providerId }) => [customerId, providerId]));
  const found = await store.erasures.find({ _id: { $in: [...ids] } }).toArray();
  return found.map(({ _id, at }) => ({ personId: _id, at: toInstant(at) }));
}

/** Erases the titles in the records of a person's assignments, as customer or provider. */
export async function eraseTitles(store: Store, { personId, at }: Erasure): Promise<void> {
  await store.assignments.updateMany(
    {
      $or: [{ customerId: personId }, { providerId: personId }],
      'title.at': { $lte: toDate(at) },
      'title.text': { $ne: erasedText },
    },
    { $set: { 'title.text': erasedText } },
  );
}
