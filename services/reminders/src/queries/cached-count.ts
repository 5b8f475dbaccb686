/** A cached count: counting scans the whole ledger, which is too expensive for every request. */
export type CachedCount = {
  /** The latest count; null while the first one takes too long. */
  count(): Promise<number | null>;
};

/** The share of time that counting may take. */
const share = 0.02;
const patienceMs = 400;

/**
 * Counts again when the last count is older than fifty times its duration: at once for a few
 * thousand rows, every minute or two for a million. A slow count is not waited for; the last one is
 * returned meanwhile.
 */
export function createCachedCount(countRows: () => Promise<number>): CachedCount {
  let last: { count: number; holdsUntil: number } | undefined;
  let counting: Promise<number> | undefined;

  const countNow = async () => {
    const from = performance.now();
    const count = await countRows();
    const to = performance.now();
    last = { count, holdsUntil: to + (to - from) / share };
    return count;
  };
  return {
    count: async () => {
      if (last && performance.now() < last.holdsUntil) return last.count;
      counting ??= countNow().finally(() => {
        counting = undefined;
      });
      const patience = Promise.withResolvers<undefined>();
      const timer = setTimeout(patience.resolve, patienceMs, undefined);
      try {
        return (await Promise.race([counting, patience.promise])) ?? last?.count ?? null;
      } finally {
        clearTimeout(timer);
        counting?.catch(() => {});
      }
    },
  };
}
