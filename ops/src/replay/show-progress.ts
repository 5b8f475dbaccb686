import type { JsMsg } from '@nats-io/jetstream';

const everyMs = 2_000;

/** Reports every two seconds how many events were replayed, how fast, and up to when. */
export function showProgress(say: (line: string) => void) {
  const startedAt = performance.now();
  let done = 0;
  let saidAt = startedAt;
  const seconds = () => (performance.now() - startedAt) / 1_000;
  return {
    add: (count: number, last: JsMsg | undefined) => {
      done += count;
      if (performance.now() - saidAt < everyMs) return;
      saidAt = performance.now();
      say(`${done} events, ${Math.round(done / seconds())} a second, at ${last?.time.toISOString()} (${last?.seq})`);
    },
    done: () => done,
    seconds: () => seconds().toFixed(1),
  };
}
