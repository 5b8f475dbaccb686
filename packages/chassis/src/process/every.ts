import type { Lifecycle } from './lifecycle.ts';
import { logOutage } from './log-outage.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

/** Until a failed job runs again: first soon, then ever later. One that runs hourly does not lose an hour. */
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/**
 * Repeats a job until the service stops, `pauseMs` after each run. A failed run is repeated after a
 * second, then two, four and so on up to a minute, and never later than `pauseMs`. Of several failures
 * for the same reason only the first is logged.
 */
export function every(
  { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle },
  { name, pauseMs, run }: { name: string; pauseMs: number; run: (signal: AbortSignal) => Promise<void> },
): void {
  const { signal } = lifecycle;
  const outage = logOutage(logger, {
    away: 'Job failed; retrying',
    back: 'Job recovered',
    fields: { job: name },
  });
  const loop = async () => {
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      try {
        await run(signal);
        outage.back();
        retryMs = firstRetryMs;
        await pause(pauseMs, signal);
      } catch (error) {
        outage.away(error);
        await pause(Math.min(pauseMs, retryMs), signal);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
  };
  const running = loop();
  lifecycle.onShutdown(name, () => running);
}
