import { deleteRows, findEnded } from '../persistence/ledger.ts';
import type { CommandDeps } from './deps.ts';

const dayMs = 86_400_000;
const batchSize = 500;
/** A run ends here; the next one goes on. */
const maxBatches = 100;

/**
 * Removes reminders that were sent or suppressed so many days ago. The record of their assignment stays for ever: its version lets
 * an event of long ago that is replayed find nothing to do, and its sequence lets a later one go on counting.
 * @returns how many reminders were removed
 */
export async function forgetOld(
  { store, now, signal }: Pick<CommandDeps, 'store' | 'now' | 'signal'>,
  keepDays: number,
): Promise<number> {
  const before = new Date(now().getTime() - keepDays * dayMs);
  let removed = 0;
  for (let batch = 0; batch < maxBatches && !signal.aborted; batch += 1) {
    const ids = await findEnded(store, before, batchSize);
    await deleteRows(store, ids);
    removed += ids.length;
    if (ids.length < batchSize) break;
  }
  return removed;
}
