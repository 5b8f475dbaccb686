import { LRUCache } from 'lru-cache';

/**
 * Counts how often each event has failed in this process through its own fault, by its sequence in
 * the stream.
 */
export type Faults = {
  /** @returns how often it has failed now */
  add(sequence: number): number;
  forget(sequence: number): void;
};

/** An instance dead-letters an event only after it has seen it fail this often. */
export const enoughFaults = 4;

/** More events than fail at a time. An evicted count starts again at zero. */
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
