import type { Attempts } from '../../nats/attempts.ts';
import type { Queryable } from '../statement.ts';

const keptDays = 7;

/** Notes of attempts in the table of {@link attemptTable}. */
export function createAttempts(database: Queryable): Attempts {
  return {
    unanswered: async (consumer, messages) => {
      const rows = await database.query<{ message: string; alone: number }>(
        'select message, alone from handling_attempt where consumer = ? and message = any(?)',
        [consumer, messages],
      );
      return new Map(rows.map(({ message, alone }) => [message, alone]));
    },
    note: async (consumer, messages, alone) => {
      // In one order, so that two instances with some of the same messages do not deadlock.
      await database.query(
        `insert into handling_attempt (consumer, message, alone, noted_at)
          select ?, message, ?, now() from unnest(?::text[]) as message order by message
          on conflict (consumer, message) do update set alone = excluded.alone, noted_at = excluded.noted_at`,
        [consumer, alone, messages],
      );
    },
    forget: async (consumer, messages) => {
      await database.query('delete from handling_attempt where consumer = ? and message = any(?)', [
        consumer,
        messages,
      ]);
    },
  };
}

/** Deletes notes of messages that never came back: their streams have dropped them by now. */
export async function purgeAttempts(database: Queryable): Promise<void> {
  await database.query(`delete from handling_attempt where noted_at < now() - interval '${keptDays} days'`);
}
