import { type Database, erasureInsert } from '@punctual/chassis/postgres';
import type { PersonErased } from '@punctual/contracts';
import { lockErasures } from '../persistence/erased-people.ts';

/**
 * Records that people's texts are to be erased; a job erases them. Repeated events change nothing.
 */
export async function recordErasure(
  { database }: { database: Database },
  messages: readonly { readonly event: PersonErased }[],
): Promise<void> {
  const erasures = messages.map(({ event }) =>
    erasureInsert({
      personId: event.data.personId,
      number: Number(event.sequence),
      at: event.data.at,
      requestedBy: null,
      reason: null,
    }),
  );
  await database.transaction((transaction) => transaction.commit([lockErasures, ...erasures]));
}
