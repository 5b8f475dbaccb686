import type { Attempts } from '../../nats/attempts.ts';
import type { Queryable } from '../statement.ts';

const keptDays = 7;

/** Notes of attempts in the table of {@link attemptTable}. */
export function createAttempts(database: Queryable): Attempts {
  return {
    unanswered: async (consumer, messages) => {
      const rows = await database.query<{ message: string; attempts: number }>(
        'select message, attempts from handling_attempt where consumer = ? and message = any(?)',
        [consumer, messages],
      );
      return new Map(rows.map(({ message, attempts }) => [message, attempts]));
    },
    note: async (consumer, message, attempts) => {
      await database.query(
        `insert into handling_attempt (consumer, message, attempts, noted_at) values (?, ?, ?, now())
          on conflict (consumer, message) do update set attempts = excluded.attempts, noted_at = excluded.noted_at`,
        [consumer, message, attempts],
      );
    },
    forget: async (consumer, message) => {
      await database.query('delete from handling_attempt where consumer = ? and message = ?', [consumer, message]);
    },
  };
}

/** Deletes notes of messages that never came back: their streams have dropped them by now. */
export async function purgeAttempts(database: Queryable): Promise<void> {
  await database.query(`delete from handling_attempt where noted_at < now() - interval '${keptDays} days'`);
}
