import type { Nats } from '../nats.ts';
import { type FrozenSelection, requireSameDlq } from './freeze.ts';
import { removeDeadLetter } from './remove-dead-letter.ts';
import { findDeadLetter } from './select-dead-letters.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** What became of one dead letter: dropped for this reason, or gone already. */
export type Dropped = { sequence: number; reason: string } & (
  | { outcome: 'DROPPED'; letter: StoredDeadLetter }
  | { outcome: 'GONE' }
);

/**
 * Removes dead letters for good, one after another, and yields what became of each. The reason is
 * stored nowhere but in the results: keep them.
 * @throws Error when the reason is empty or the DLQ is another one, before anything is removed; or
 *   when NATS does not answer, and the rest stays
 */
export async function* dropSelection(nats: Nats, selection: FrozenSelection, reason: string): AsyncGenerator<Dropped> {
  if (reason.trim() === '') throw new Error('Say why these dead letters are dropped.');
  await requireSameDlq(nats, selection);
  for (const sequence of selection.sequences) {
    const letter = await findDeadLetter(nats, sequence);
    if (letter) await removeDeadLetter(nats, sequence);
    yield letter ? { sequence, reason, outcome: 'DROPPED', letter } : { sequence, reason, outcome: 'GONE' };
  }
}
