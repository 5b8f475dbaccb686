import type { Pool } from 'pg';
import { pause } from '../../process/pause.ts';
import type { PoolClient } from '../clients.ts';
import { runTransaction, type Transaction } from '../transaction.ts';
import { giveWay, lockTimeoutMs } from './give-way.ts';
import type { AssertLocked } from './lock.ts';

export type StatementRun = {
  pool: Pool;
  signal: AbortSignal;
  assertLocked: AssertLocked;
};

const concurrently = /^create (?:unique )?index concurrently if not exists (\w+) on (\w+)/;
const outside = /^(?:create|drop) (?:unique )?index concurrently /;
/** Its lock stops no reader and no writer, also while it waits. With a limit, autovacuum would win. */
const waitsForAutovacuum = /^alter table \w+ validate constraint /;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Runs a statement of a background migration to its end, whatever an earlier run of it left. */
export async function runStatement(run: StatementRun, statement: string): Promise<void> {
  const sql = statement.trim();
  await run.assertLocked();
  if (outside.test(sql)) return runOutside(run, sql);
  if (sql.includes('?')) return runInBatches(run, sql);
  const lockTimeout = waitsForAutovacuum.test(sql) ? 0 : lockTimeoutMs;
  await inTransaction(run, lockTimeout, (transaction) => transaction.query(sql));
}

/** A stop between two batches leaves the rest to the next start. */
async function runInBatches(run: StatementRun, sql: string): Promise<void> {
  for (let last: string | undefined = firstId; last !== undefined; ) {
    const begun = performance.now();
    const id: string = last;
    const rows = await inTransaction(run, lockTimeoutMs, (transaction) => transaction.query<{ id: string }>(sql, [id]));
    last = rows[0]?.id;
    // Half of the time is left to others, and to replicas.
    await pause(performance.now() - begun, run.signal);
    run.signal.throwIfAborted();
    await run.assertLocked();
  }
}

function inTransaction<T>(
  { pool, signal }: StatementRun,
  lockTimeout: number,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return giveWay(signal, () =>
    runTransaction(pool, async (transaction) => {
      await transaction.batch([
        ['set local statement_timeout = 0', []],
        [`set local lock_timeout = ${lockTimeout}`, []],
      ]);
      return work(transaction);
    }),
  );
}

/** Builds or drops an index. An index that an interrupted build left invalid is built again. */
async function runOutside(run: StatementRun, sql: string): Promise<void> {
  const [, index, table] = concurrently.exec(sql) ?? [];
  const client = (await run.pool.connect()) as unknown as PoolClient & { release(destroy: boolean): void };
  try {
    if (!client.isShared) await client.query('set statement_timeout = 0; set lock_timeout = 0');
    if (index && table && (await isInvalid(client, index))) {
      // After a crash the server may still be building it for nobody, and finish.
      await inTransaction(run, 0, (transaction) =>
        transaction.query(`lock table ${table} in share update exclusive mode`),
      );
      if (await isInvalid(client, index)) await client.query(`drop index concurrently if exists ${index}`);
    }
    await client.query(sql);
  } finally {
    client.release(true);
  }
}

async function isInvalid(client: PoolClient, index: string): Promise<boolean> {
  const { rows } = await client.query('select from pg_index where indexrelid = to_regclass($1) and not indisvalid', [
    index,
  ]);
  return rows.length > 0;
}
