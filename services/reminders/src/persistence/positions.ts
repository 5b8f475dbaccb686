import { falseOnDuplicate } from './assignments.ts';
import type { PositionDocument } from './documents.ts';
import type { Store } from './store.ts';

/** How far a stream is known to the store: see {@link PositionDocument}. */
export type Position = Omit<PositionDocument, '_id'>;

type Named = PositionDocument['_id'];

/** When the stream of this position was created, in epoch milliseconds. */
export function createdAtOf({ source }: Position): number {
  return Number(source.split(' ')[0]);
}

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

/**
 * Begins a refill of REMINDER: from then on, nobody can raise the position that the store had before, and
 * so no outbox forgets an event that this refill does not find.
 * @param from the position that the loss was found with
 * @param stream when REMINDER was created, in epoch milliseconds
 * @returns the new position; undefined if the store had another one by now
 */
export async function beginRefill(
  { positions }: Pick<Store, 'positions'>,
  from: Position,
  { stream, id }: { stream: number; id: string },
): Promise<Position | undefined> {
  const isOther = createdAtOf(from) !== stream;
  const found = await positions.findOneAndUpdate(
    { _id: 'REMINDER', source: from.source },
    { $set: { source: `${stream} ${id}`, isRefilling: true, ...(isOther && { sequence: 0 }) } },
    { returnDocument: 'after' },
  );
  return found ?? undefined;
}

/**
 * Ends a refill.
 * @param sequence up to here, the store has been compared with the stream
 * @throws when another one has begun since
 */
export async function endRefill(
  { positions }: Pick<Store, 'positions'>,
  { source }: Position,
  sequence: number,
): Promise<void> {
  const { matchedCount } = await positions.updateOne(
    { _id: 'REMINDER', source },
    { $set: { sequence }, $unset: { isRefilling: 1 } },
  );
  if (matchedCount === 0) throw new Error('Another refill of REMINDER has begun.');
}

/** @returns whether it was added: false if there is one already */
export async function addPosition(
  { positions }: Pick<Store, 'positions'>,
  name: Named,
  { source, sequence }: Position,
): Promise<boolean> {
  return positions.insertOne({ _id: name, source, sequence }).then(() => true, falseOnDuplicate);
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
    .updateOne({ _id: name }, { $set: { source, sequence }, $unset: { isRefilling: 1 } }, { upsert: true })
    // Another instance wrote the first one.
    .catch(falseOnDuplicate);
}
