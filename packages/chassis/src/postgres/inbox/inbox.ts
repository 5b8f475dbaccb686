import type { Identified } from '../../nats/handling.ts';
import type { Inbox, InboxPart } from '../../nats/inbox.ts';
import { placeOf } from '../place.ts';
import type { Queryable } from '../statement.ts';
import { keptDays } from './purge-delivered.ts';
import { inboxInsert } from './tables.ts';

/** For the clocks of two servers. */
const marginHours = 1;

/** Where the database is, and how old. The migrator knows when it was first created. */
const description = `select
  ${placeOf('inbox')} as place,
  now() - interval '${keptDays} days' + interval '${marginHours} hours' as kept_since,
  (select min(executed_at) from mikro_orm_migrations) as created_at`;

/** The inbox of {@link inboxTable}, for comparing it with a stream. */
export function createInbox(database: Queryable): Inbox<Identified> {
  return {
    describe: async () => {
      const [row] = await database.query<{ place: string; kept_since: string; created_at: string | null }>(description);
      if (!row) throw new Error('PostgreSQL does not answer a select.');
      const { place, kept_since, created_at } = row;
      return { place, keptSince: new Date(kept_since), createdAt: new Date(created_at ?? 0) };
    },
    lacking: async (part, events) => {
      const rows = await database.query<{ id: string }>(
        `select id from unnest(?::uuid[]) as event (id)
          where not exists (select from inbox where consumer = any(?) and event_id = id)`,
        [events.map(({ id }) => id), [part.consumer, deadLettersOf(part)]],
      );
      return new Set(rows.map(({ id }) => id));
    },
    noteDeadLetter: async (part, { id }) => {
      await database.query(...inboxInsert(deadLettersOf(part), id));
    },
  };
}

/** In place of the consumer. With the stream: a redriven dead letter may have its effect later. */
function deadLettersOf({ consumer, stream }: InboxPart): string {
  return `dlq.${consumer}.${stream}`;
}
