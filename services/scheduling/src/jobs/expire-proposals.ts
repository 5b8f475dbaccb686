import { commitWith, inTransaction } from '@punctual/chassis/postgres';
import type { CommandDeps } from '../commands/command.ts';
import { expire } from '../domain/expire.ts';
import { lockExpired } from '../persistence/assignments.ts';
import { writesOf } from '../persistence/writes-of.ts';

const batchSize = 50;

/**
 * Expires the proposals that nobody answered in time, batch by batch until none is left. Several instances share the work: each row
 * is locked by one of them, and the others pass it over.
 */
export async function expireProposals(deps: CommandDeps, signal: AbortSignal): Promise<void> {
  for (let found = batchSize; found === batchSize && !signal.aborted; ) {
    found = await inTransaction(deps.database, async (em) => {
      const now = deps.now();
      const expired = await lockExpired(em, now, batchSize);
      const changes = expired.flatMap((each) => expire(each, now) ?? []);
      await commitWith(
        em,
        changes.flatMap((change) => writesOf({ changes: [change] }, deps)),
      );
      return expired.length;
    });
    if (found > 0) deps.relay.wake();
  }
}
