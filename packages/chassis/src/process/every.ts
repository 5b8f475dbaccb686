import type { Lifecycle } from './lifecycle.ts';
import { logOutage } from './log-outage.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

/**
 * Repeats a job until the service stops, `pauseMs` after each run, also after a failed one. Of
 * several failures for the same reason only the first is logged.
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
      await run(signal).then(outage.back, outage.away);
      await pause(pauseMs, signal);
    }
  };
  const running = loop();
  lifecycle.onShutdown(name, () => running);
}
