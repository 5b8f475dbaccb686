import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, QueryResult } from 'pg';
import { failpoint } from '../process/failpoint.ts';
import type { PoolClient } from './clients.ts';
import type { Queryable, Statement } from './statement.ts';

/**
 * One transaction. `begin` travels with its first statement and `commit` with its last: a
 * transaction that reads once and writes once costs two round trips.
 */
export type Transaction = Queryable & {
  /** Runs several statements in one round trip; rows for each. */
  batch<Rows extends readonly object[][]>(statements: readonly Statement[]): Promise<Rows>;
  /**
   * Runs the last writes and commits, in one round trip. Nothing may follow. When a write fails,
   * nothing is committed, and its error is thrown.
   */
  commit(writes: readonly Statement[]): Promise<void>;
  /** Counts from 1. */
  readonly attempt: number;
  /** The SQLSTATE that undid the attempt before, if there was one. */
  readonly retryOf: string | undefined;
};

/** The constraint that two rows break together. */
export const exclusionViolation = '23P01';

/** Errors after which a transaction runs again. */
const passing = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['23505', 'someone else has just inserted the same key'],
  [exclusionViolation, 'someone else has just taken what must not overlap'],
  ['0A000', 'a table has other columns than when the statement was prepared'],
]);
const tries = 6;

/** Whatever runs transactions: a database. */
export type Transactional = {
  /**
   * Runs `work` in one transaction: all of its writes, or none. After a conflict with another
   * transaction it runs again, on the state that the other one left.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
};

/**
 * Runs `work` in one transaction: all of its writes, or none. After a conflict with another
 * transaction it runs again, on the state that the other one left.
 */
export async function runTransaction<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  let retryOf: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(pool, work, { attempt, retryOf });
    } catch (error) {
      const state = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (attempt === tries || !passing.has(state)) throw error;
      retryOf = state;
      // Uneven, so that rivals do not meet again.
      await delay(Math.random() * 5 * 2 ** attempt);
    }
  }
}

async function runOnce<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
  tried: Pick<Transaction, 'attempt' | 'retryOf'>,
): Promise<T> {
  const client = (await pool.connect()) as unknown as PoolClient & { release(destroy?: boolean): void };
  const session = openSession(client);
  const { query, batch, commit } = session;
  let isBroken = false;
  try {
    const result = await work({ ...tried, query, batch, commit });
    await session.end();
    return result;
  } catch (error) {
    // Of a broken connection only `error` says why; the pool drops it.
    await session.undo().catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

type Session = Pick<Transaction, 'query' | 'batch' | 'commit'> & {
  /** Commits what is not committed yet. */
  end(): Promise<void>;
  undo(): Promise<void>;
};

/** The one place that sends `begin`, `commit` and `rollback`. */
function openSession(client: PoolClient): Session {
  let state: 'new' | 'begun' | 'ended' = 'new';

  /** What goes before the next statements. */
  const begin = (): readonly string[] => {
    if (state === 'ended') throw new Error('The transaction has ended.');
    if (state === 'begun') return [];
    state = 'begun';
    return client.begin;
  };
  const send = async (statements: readonly Statement[], rows: boolean): Promise<QueryResult[]> => {
    const first = begin();
    const results = await client.batch([...first.map((sql): Statement => [sql, []]), ...statements], rows);
    return results.slice(first.length);
  };
  const commit = async (writes: readonly Statement[]) => {
    await failpoint('before-commit');
    const results = await send([...writes, ['commit', []]], false);
    state = 'ended';
    // PostgreSQL's answer when a statement before had failed.
    if (results.at(-1)?.command === 'ROLLBACK') throw new Error('The transaction was rolled back.');
    await failpoint('after-commit');
  };
  const batch = async <Rows extends readonly object[][]>(statements: readonly Statement[]) =>
    (await send(statements, true)).map(({ rows }) => rows) as unknown as Rows;

  return {
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      (await batch<[Row[]]>([[sql, parameters]]))[0],
    batch,
    commit,
    end: async () => {
      if (state === 'begun') await commit([]);
    },
    undo: async () => {
      if (state === 'begun') await client.query('rollback');
    },
  };
}
