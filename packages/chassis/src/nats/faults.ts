import { LRUCache } from 'lru-cache';

/** How often each event has failed in this process for a reason of its own, by its sequence in the stream. */
export type Faults = {
  /** @returns how often it has failed now */
  add(sequence: number): number;
  forget(sequence: number): void;
};

/** An instance does not give up on an event before it has seen it fail so often. */
export const enoughFaults = 4;

/** More events than fail at a time; of one that is forgotten the count begins again. */
const max = 10_000;

export function createFaults(): Faults {
  const counts = new LRUCache<number, number>({ max });
  return {
    add: (sequence) => {
      const count = (counts.get(sequence) ?? 0) + 1;
      counts.set(sequence, count);
      return count;
    },
    forget: (sequence) => void counts.delete(sequence),
  };
}
