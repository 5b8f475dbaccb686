import { falseOnDuplicate } from './assignments.ts';
import type { PositionDocument } from './documents.ts';
import type { Store } from './store.ts';

/** How far a stream is known to the store: see {@link PositionDocument}. */
export type Position = Pick<PositionDocument, 'source' | 'sequence' | 'target'>;

type Named = PositionDocument['_id'];

export async function findPosition(
  { positions }: Pick<Store, 'positions'>,
  name: Named,
): Promise<Position | undefined> {
  return (await positions.findOne({ _id: name })) ?? undefined;
}

/** Whether the store once had a position that it no longer has: it was restored. */
export function hasGoneBack(known: Position | undefined, at: Position | undefined): boolean {
  if (known === undefined) return false;
  return at === undefined || (at.source === known.source && at.sequence < known.sequence);
}

/** Moves a position forward, never back: other instances would take that for a restore. */
export async function raisePosition(
  store: Pick<Store, 'positions'>,
  name: Named,
  { source, sequence }: Position,
): Promise<void> {
  const { matchedCount } = await store.positions.updateOne({ _id: name, source }, { $max: { sequence } });
  if (matchedCount === 0) await setPosition(store, name, { source, sequence });
}

/**
 * Moves a position forward, unless a restored store is catching up.
 * @param known the position that this process knows the store to have
 * @returns whether the store still had it. If not, it is older than this process.
 */
export async function advancePosition(
  { positions }: Pick<Store, 'positions'>,
  name: Named,
  known: Position,
  sequence: number,
): Promise<boolean> {
  const { source } = known;
  const { matchedCount } = await positions.updateOne(
    { _id: name, source, sequence: { $gte: known.sequence } },
    { $max: { sequence } },
  );
  return matchedCount === 1;
}

/** Says to all instances that the store has to catch up as far as this before it sends anything. */
export async function setTarget(store: Pick<Store, 'positions'>, schedule: Position, target: number): Promise<void> {
  await raisePosition(store, 'SCHEDULE', schedule);
  await store.positions.updateOne({ _id: 'SCHEDULE' }, { $max: { target } });
}

/** Says that the store has caught up that far. */
export async function clearTarget({ positions }: Pick<Store, 'positions'>, target: number): Promise<void> {
  await positions.updateOne({ _id: 'SCHEDULE', target: { $lte: target } }, { $unset: { target: 1 } });
}

/** Writes a position, whatever it was. */
async function setPosition(
  { positions }: Pick<Store, 'positions'>,
  name: Named,
  { source, sequence }: Position,
): Promise<void> {
  await positions
    .updateOne({ _id: name }, { $set: { source, sequence } }, { upsert: true })
    // Another instance wrote the first one.
    .catch(falseOnDuplicate);
}
