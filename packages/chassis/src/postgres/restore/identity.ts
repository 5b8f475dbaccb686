import type { LeaderSession } from '../outbox/leader-session.ts';

/** Who this database is, and since when. A backup has it, too. */
export type DatabaseIdentity = { id: string; createdAt: Date };

export async function readIdentity(session: LeaderSession): Promise<DatabaseIdentity> {
  const [row] = await session.query<{ id: string; created_at: Date }>('select id, created_at from database_identity');
  if (!row) throw new Error('The database has no identity.');
  return { id: row.id, createdAt: row.created_at };
}
