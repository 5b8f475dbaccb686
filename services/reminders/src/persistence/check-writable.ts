import { z } from 'zod';
import { falseOnDuplicate } from './assignments.ts';
import type { Store } from './store.ts';

const Hello = z.object({ isWritablePrimary: z.boolean() });

/**
 * Asks the store whether it is a primary that takes writes, and writes. A secondary says so itself; a full disk, a lost majority or
 * a user who may no longer write shows in the write alone, and so does the read-only PostgreSQL behind a FerretDB, which always
 * calls itself a primary.
 * @throws when it is away, or does not take the write
 */
export async function checkWritable({ db, pulse }: Store, now: Date): Promise<void> {
  const writing = pulse
    .updateOne({ _id: 'writable' }, { $set: { at: now } }, { upsert: true })
    // Another instance was first: it was written all the same.
    .catch(falseOnDuplicate);
  const [hello] = await Promise.all([db.command({ hello: 1 }), writing]);
  if (!Hello.parse(hello).isWritablePrimary) throw new Error('The store is not a primary.');
}
