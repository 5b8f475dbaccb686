import { type Database, erasureInsert, inTransaction } from '@punctual/chassis/postgres';
import type { PersonErased } from '@punctual/contracts';
import { lockErasures } from '../persistence/erased-people.ts';

/** Records that the texts of people are to be erased; a job erases them. The same event again changes nothing. */
export async function recordErasure(
  { database }: { database: Database },
  messages: readonly { readonly event: PersonErased }[],
): Promise<void> {
  await inTransaction(database, async (em) => {
    await lockErasures(em);
    for (const { event } of messages) {
      const { personId, at } = event.data;
      const [sql, parameters] = erasureInsert({
        personId,
        number: Number(event.sequence),
        at,
        requestedBy: null,
        reason: null,
      });
      await em.execute(sql, [...parameters]);
    }
  });
}
