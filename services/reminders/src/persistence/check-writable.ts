import { z } from 'zod';
import { falseOnDuplicate } from './assignments.ts';
import { toDate } from './documents.ts';
import type { Store } from './store.ts';

const Hello = z.object({ isWritablePrimary: z.boolean() });

/**
 * Asks the store whether it is the primary, and writes. A secondary answers no. A full disk, a lost
 * majority, a user without write permission or a read-only PostgreSQL behind FerretDB, which always
 * claims to be primary, fail the write.
 * @throws when the store is unavailable or refuses the write
 */
export async function checkWritable({ db, heartbeats }: Store, now: Temporal.Instant): Promise<void> {
  const writing = heartbeats
    .updateOne({ _id: 'writable' }, { $set: { at: toDate(now) } }, { upsert: true })
    // Another instance inserted it first, which is a write too.
    .catch(falseOnDuplicate);
  const [hello] = await Promise.all([db.command({ hello: 1 }), writing]);
  if (!Hello.parse(hello).isWritablePrimary) throw new Error('The store is not a primary.');
}
