import type { Durable } from '../storage/durable.ts';

/** Where a feed is: after a position, and after the changes that have passed since. */
export type Place = {
  /** Empty before the start, and after a gap. */
  position(): string;
  hasPassed(id: string): boolean;
  pass(id: string): Promise<void>;
  moveTo(position: string): Promise<void>;
};

export type SavedPlace = { position: string; passed: string[] };

/** Returns the place that was saved, or the start. Without a store it is kept in memory only. */
export async function openPlace(store?: Durable<SavedPlace>): Promise<Place> {
  let place = (await store?.load()) ?? { position: '', passed: [] };
  const save = async (next: SavedPlace) => {
    place = next;
    await store?.save(next);
  };
  return {
    position: () => place.position,
    hasPassed: (id) => place.passed.includes(id),
    pass: (id) => save({ ...place, passed: [...place.passed, id] }),
    moveTo: async (position) => {
      if (position !== place.position || place.passed.length > 0) await save({ position, passed: [] });
    },
  };
}
