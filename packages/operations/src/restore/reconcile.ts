import { untilAtMost } from '../replay/until-at-most.ts';
import type { RestoredDatabase } from './plan-of.ts';

/**
 * Waits until a service has carried out its approved plan.
 * @throws Error when the service makes no progress
 */
export async function untilReconciled(database: RestoredDatabase): Promise<void> {
  await untilAtMost(0, database.countWaiting).catch((error: Error) => {
    throw new Error(`${error.message} Is the service up? It goes on when it is (docs/runbook.md).`);
  });
}
