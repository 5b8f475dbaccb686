import type { Replayed } from '@punctual/operations';

const everyMs = 2_000;

/** Reports every two seconds how many events were replayed, how fast, and up to when. */
export function showProgress(say: (line: string) => void) {
  const startedAt = performance.now();
  let done = 0;
  let saidAt = startedAt;
  const seconds = () => (performance.now() - startedAt) / 1_000;
  return {
    add: (batch: readonly Replayed[]) => {
      done += batch.filter(({ skipped }) => skipped === undefined).length;
      if (performance.now() - saidAt < everyMs) return;
      saidAt = performance.now();
      const { sequence, publishedAt } = batch.at(-1) ?? {};
      say(`${done} events, ${Math.round(done / seconds())} a second, at ${publishedAt?.toISOString()} (${sequence})`);
    },
    done: () => done,
    seconds: () => seconds().toFixed(1),
  };
}
