import { deleteRows } from '../persistence/ledger.ts';
import { findEnded } from '../persistence/ledger-queries.ts';
import type { RemindersDeps } from './deps.ts';

const batchSize = 500;
/** A run ends here; the next one continues. */
const maxBatches = 100;

/**
 * Removes reminders that were sent or suppressed this many days ago. The record of their assignment
 * stays for ever: its version makes the replay of an old event change nothing, and its sequence
 * numbers later events.
 * @returns how many reminders were removed
 */
export async function purgeEnded(
  { store, now, signal }: Pick<RemindersDeps, 'store' | 'now' | 'signal'>,
  keepDays: number,
): Promise<number> {
  const before = now().subtract({ hours: 24 * keepDays });
  let removed = 0;
  for (let batch = 0; batch < maxBatches && !signal.aborted; batch += 1) {
    const ids = await findEnded(store, before, batchSize);
    await deleteRows(store, ids);
    removed += ids.length;
    if (ids.length < batchSize) break;
  }
  return removed;
}
