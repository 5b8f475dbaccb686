import type { Db } from 'mongodb';

/** The documents of each collection. */
export type MongoCopy = ReadonlyMap<string, object[]>;

/** Copies a database, of which nobody may change anything meanwhile. */
export async function copyDatabase(db: Db): Promise<MongoCopy> {
  const names = await collectionsOf(db);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await db.collection(name).find().toArray()] as const)),
  );
}

/** Puts a copy back. What is not in it is gone; indexes stay. */
export async function putBack(db: Db, copy: MongoCopy): Promise<void> {
  for (const name of await collectionsOf(db)) {
    await db.collection(name).deleteMany({});
    const documents = copy.get(name) ?? [];
    if (documents.length > 0) await db.collection(name).insertMany(documents);
  }
}

async function collectionsOf(db: Db): Promise<string[]> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  return found.map(({ name }) => name);
}
