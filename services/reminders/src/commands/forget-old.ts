import { deleteEnded } from '../persistence/assignments.ts';
import { deleteRows, findEnded, haveRows } from '../persistence/ledger.ts';
import type { CommandDeps } from './deps.ts';

const dayMs = 86_400_000;
const batchSize = 500;
/** A run ends here; the next one goes on. */
const maxBatches = 100;

/**
 * Removes reminders that were sent or suppressed so many days ago, and then the records of assignments that are over and have none
 * left. Such a record is not missed: should an event of the assignment come once more, its windows are long past.
 * @returns how many reminders were removed
 */
export async function forgetOld(
  { store, now, signal }: Pick<CommandDeps, 'store' | 'now' | 'signal'>,
  keepDays: number,
): Promise<number> {
  const before = new Date(now().getTime() - keepDays * dayMs);
  let removed = 0;
  for (let batch = 0; batch < maxBatches && !signal.aborted; batch += 1) {
    const rows = await findEnded(store, before, batchSize);
    await deleteRows(
      store,
      rows.map(({ _id }) => _id),
    );
    const touched = new Set(rows.map(({ assignmentId }) => assignmentId));
    const left = await haveRows(store, [...touched]);
    await deleteEnded(store, [...touched.difference(left)]);
    removed += rows.length;
    if (rows.length < batchSize) break;
  }
  return removed;
}
