import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.ts';

/** What passes when it is tried again: see {@link inTransaction}. */
const passing = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['23505', 'someone else has just inserted the same key'],
  ['23P01', 'someone else has just confirmed an overlapping window'],
]);
const tries = 6;

/**
 * Runs `work` in one transaction. What failed only because of what others did meanwhile runs again, and is judged on what they
 * left behind; `attempt` counts from 1.
 */
export async function inTransaction<T>(
  database: Database,
  work: (em: EntityManager, attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.fork().transactional((em) => work(em, attempt));
    } catch (error) {
      const state = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (attempt === tries || !passing.has(state)) throw error;
      // Uneven, so that rivals do not meet again.
      await delay(Math.random() * 5 * 2 ** attempt);
    }
  }
}
