import { type Loss, mayBeLost } from '../stack/loss.ts';
import type { ClientOperation } from './client-operation.ts';

/**
 * The operations whose answers must still fit together after a database forgot commits. Reads and
 * refusals that may have shown what is lost are left out. A command that was accepted then may have
 * taken effect, or not. What was answered before the loss, and everything that was asked after the
 * repair, stays as it is.
 * @param lifted the versions to which the repair lifted assignments, by id
 */
export function withoutLost(
  operations: readonly ClientOperation[],
  loss: Loss,
  lifted: ReadonlyMap<string, number>,
): ClientOperation[] {
  const kept = operations.flatMap((operation) => {
    if (!mayBeLost(loss, operation) || operation.outcome === 'unknown') return [operation];
    if (operation.outcome !== 'accepted') return [];
    const { seen: _seen, ...asked } = operation;
    return [{ ...asked, outcome: 'unknown' as const, return: Math.max(operation.return ?? 0, loss.until) }];
  });
  const ids = new Set(operations.filter(({ aggregate }) => loss.of.includes(aggregate)).map(({ id }) => id));
  return [...kept, ...[...lifted].filter(([id]) => ids.has(id)).map(([id, version]) => lift(id, version, loss))];
}

/** The repair as the model sees it: the same state under a higher version. */
function lift(id: string, version: number, { from, until }: Loss): ClientOperation {
  return {
    ...{ aggregate: 'assignment', id, client: 'repair', command: 'lift', outcome: 'accepted' },
    ...{ call: from, return: until, ifVersion: version },
  };
}
