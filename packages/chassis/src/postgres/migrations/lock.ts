import type { Pool } from 'pg';
import { pause } from '../../process/pause.ts';
import type { Statement } from '../statement.ts';
import { runTransaction } from '../transaction.ts';

/** One lock for the migrations before the start, one for those after it, which may take hours. */
export type MigrationLock = 'migrations' | 'background migrations';

/** @throws unless the lock is still held */
export type AssertLocked = () => Promise<void>;

const lockWithinMs = 10 * 60_000;
const lockPauseMs = 200;

/**
 * The transaction that holds the lock is idle while migrations run on another connection. A query
 * would keep a snapshot until the next statement, and an index that is built concurrently waits for
 * older snapshots. This is none, so it comes last.
 */
const keep: Statement = ['set local idle_in_transaction_session_timeout = 0', []];

/** Runs work under the lock. @returns undefined if another instance has it */
export function tryWithLock<T>(
  pool: Pool,
  name: MigrationLock,
  work: (assertLocked: AssertLocked) => Promise<T>,
): Promise<{ result: T } | undefined> {
  return runTransaction(pool, async (transaction) => {
    const [[row]] = await transaction.batch<[{ taken: boolean }[], object[]]>([
      ['select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as taken', [name]],
      keep,
    ]);
    if (!row?.taken) return undefined;
    return { result: await work(async () => void (await transaction.batch([keep]))) };
  });
}

/**
 * Runs work under the lock of the migrations before the start. It is polled for in short
 * transactions: a long one would be waited for by an index that the other instance builds.
 * @throws when another instance keeps it for longer than migrations may take, or the service stops
 */
export async function withLock<T>(
  pool: Pool,
  signal: AbortSignal,
  work: (assertLocked: AssertLocked) => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + lockWithinMs;
  for (;;) {
    const done = await tryWithLock(pool, 'migrations', work);
    if (done) return done.result;
    signal.throwIfAborted();
    if (performance.now() > giveUpAt) throw new Error('Another instance does not release the lock of the migrations.');
    await pause(lockPauseMs, signal);
  }
}
