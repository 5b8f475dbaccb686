/** A count that is too dear to be made for everyone who asks. */
export type Census = {
  /** What was counted last; null while the first count takes longer than anybody wants to wait. */
  count(): Promise<number | null>;
};

/** Counting takes no more than this part of all time. */
const share = 0.02;
const patienceMs = 400;

/**
 * Counts anew when the last count is older than fifty times what it took: at once with a few thousand rows, every minute or two
 * with a million. A count that takes long is not waited for; until it is there the last one holds.
 */
export function createCensus(countRows: () => Promise<number>): Census {
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
