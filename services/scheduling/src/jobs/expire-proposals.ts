import type { SchedulingDeps } from '../commands/deps.ts';
import { expire } from '../domain/expire.ts';
import { saveDecisions } from '../persistence/assignment-aggregate.ts';
import { lockExpired } from '../persistence/assignments.ts';

const batchSize = 50;

/**
 * Expires the proposals that nobody answered in time, batch by batch until none is left. Several
 * instances share the work: each row is locked by one of them, and the others pass it over.
 */
export async function expireProposals(deps: SchedulingDeps, signal: AbortSignal): Promise<void> {
  for (let found = batchSize; found === batchSize && !signal.aborted; ) {
    found = await deps.database.transaction(async (transaction) => {
      const now = deps.now();
      const expired = await lockExpired(transaction, now, batchSize);
      const changes = expired.flatMap((each) => expire(each, now) ?? []);
      await transaction.commit(saveDecisions([{ changes }], deps));
      return expired.length;
    });
    if (found > 0) deps.relay.wake();
  }
}
