import type { Inbox } from '@punctual/chassis';
import { createInbox, type Queryable } from '@punctual/chassis/postgres';
import type { PersonErased } from '@punctual/contracts';

/** The inbox of erasures, which are recorded in their own table. */
export function createErasureInbox(database: Queryable): Inbox<PersonErased> {
  const inbox = createInbox(database);
  return {
    ...inbox,
    lacking: async (part, events) => inbox.lacking(part, await unrecorded(database, events)),
  };
}

async function unrecorded(database: Queryable, events: readonly PersonErased[]): Promise<readonly PersonErased[]> {
  const rows = await database.query<{ person_id: string; number: number }>(
    'select person_id, number from erasure where person_id = any(?::uuid[])',
    [events.map(({ data }) => data.personId)],
  );
  const recorded = new Set(rows.map(({ person_id, number }) => `${person_id} ${number}`));
  return events.filter(({ data, sequence }) => !recorded.has(`${data.personId} ${Number(sequence)}`));
}
