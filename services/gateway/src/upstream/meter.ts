export type Meter = {
  add(name: string, amount: number): void;
  /** Whether this name is over its rate. */
  isOver(name: string): boolean;
};

/** The longest time, in seconds, that an amount is remembered. */
const memoryS = 2;

/**
 * Measures amounts per second by name: each level drains at `perSecond`, and is over when it holds
 * more than a second's worth. Memory is bounded by the names of the last two seconds.
 */
export function createMeter(perSecond: number, now: () => number = () => performance.now()): Meter {
  /** By when each level has drained, in ms, in the order of the latest additions. */
  const drainedAt = new Map<string, number>();
  return {
    add: (name, amount) => {
      const time = now();
      const level = Math.max(drainedAt.get(name) ?? 0, time) + (amount / perSecond) * 1_000;
      // Moved to the end.
      drainedAt.delete(name);
      drainedAt.set(name, Math.min(level, time + memoryS * 1_000));
      for (const [other, at] of drainedAt) {
        if (at > time) break;
        drainedAt.delete(other);
      }
    },
    isOver: (name) => (drainedAt.get(name) ?? 0) - now() > 1_000,
  };
}
