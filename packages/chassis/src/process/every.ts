import type { Lifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

/** Runs a job again and again, `pauseMs` after each run, until the service stops. A run that fails is followed by the next one. */
export function every(
  { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle },
  { name, pauseMs, run }: { name: string; pauseMs: number; run: (signal: AbortSignal) => Promise<void> },
): void {
  const { signal } = lifecycle;
  const loop = async () => {
    while (!signal.aborted) {
      await run(signal).catch((error: unknown) => logger.warn({ err: error, job: name }, 'a job failed; trying again'));
      await pause(pauseMs, signal);
    }
  };
  const running = loop();
  lifecycle.onShutdown(name, () => running);
}
