import type { Lifecycle } from './lifecycle.ts';
import { logOutage } from './log-outage.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

/** Until a failed job runs again, at most: one that runs hourly does not lose an hour. */
const longestRetryMs = 60_000;

/**
 * Repeats a job until the service stops, `pauseMs` after each run, and a minute at most after a
 * failed one. Of several failures for the same reason only the first is logged.
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
    while (!signal.aborted) {
      const hasFailed = await run(signal).then(outage.back, (error: unknown) => {
        outage.away(error);
        return true;
      });
      await pause(hasFailed ? Math.min(pauseMs, longestRetryMs) : pauseMs, signal);
    }
  };
  const running = loop();
  lifecycle.onShutdown(name, () => running);
}
