import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/** The life of the process, as parts of a service see it. */
export type Lifecycle = {
  /**
   * Aborted on the request to stop: the service is no longer ready, but works as usual until
   * `signal`.
   */
  readonly stopping: AbortSignal;
  /** Aborted when the drain is over: loops, consumers and streams end. */
  readonly signal: AbortSignal;
  /**
   * Registers how to release a resource. Releasers run one after another, the latest first. One
   * that is registered during or after the release runs at once, so that an abandoned start leaves
   * nothing open.
   */
  onShutdown(name: string, release: () => unknown): void;
};

export type OwnedLifecycle = Lifecycle & {
  /** Aborts `stopping`. */
  beginStop(): void;
  /**
   * Releases everything once; later calls wait for the first. The others still run when a releaser
   * fails, or when `withinMs` in total has passed.
   */
  shutdown(withinMs?: number): Promise<void>;
};

const defaultWithinMs = 10_000;

/** A stack of releasers: what was opened last is closed first. */
export function createLifecycle(logger: Logger): OwnedLifecycle {
  const stopping = new AbortController();
  const ending = new AbortController();
  const releasers: Releaser[] = [];
  let released: Promise<void> | undefined;

  const releaseOne = async ({ name, release }: Releaser) => {
    try {
      await release();
    } catch (error) {
      logger.error({ err: error, part: name }, 'Resource could not be released');
    }
  };
  const releaseAll = async (withinMs: number) => {
    const isLate = delay(withinMs, true, { ref: false });
    stopping.abort();
    ending.abort();
    for (const releaser of releasers.toReversed()) {
      if (await Promise.race([releaseOne(releaser), isLate]))
        logger.warn({ part: releaser.name }, 'Resource not released in time');
    }
  };

  return {
    stopping: stopping.signal,
    signal: ending.signal,
    onShutdown: (name, release) => {
      if (ending.signal.aborted) void releaseOne({ name, release });
      else releasers.push({ name, release });
    },
    beginStop: () => stopping.abort(),
    shutdown: (withinMs = defaultWithinMs) => {
      released ??= releaseAll(withinMs);
      return released;
    },
  };
}

type Releaser = { name: string; release: () => unknown };
