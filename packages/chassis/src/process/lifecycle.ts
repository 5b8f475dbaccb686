import type { Logger } from './logger.ts';

/** What a part of a service may know of the life of its process. */
export type Lifecycle = {
  /** Aborted when the service begins to stop: it is then no longer ready, and loops end. */
  readonly signal: AbortSignal;
  /** Says how to release what was acquired. Releasers run one after another, the latest first. */
  onShutdown(name: string, release: () => unknown): void;
};

export type OwnedLifecycle = Lifecycle & {
  /** Releases everything once; later calls wait for the first. A releaser that fails does not keep the others from running. */
  shutdown(): Promise<void>;
};

/** A stack of releasers: what was opened last is closed first. */
export function createLifecycle(logger: Logger): OwnedLifecycle {
  const controller = new AbortController();
  const releasers: { name: string; release: () => unknown }[] = [];
  let stopping: Promise<void> | undefined;

  const releaseAll = async () => {
    controller.abort();
    for (const { name, release } of releasers.toReversed()) {
      try {
        await release();
      } catch (error) {
        logger.error({ err: error, part: name }, 'could not be released');
      }
    }
  };

  return {
    signal: controller.signal,
    onShutdown: (name, release) => void releasers.push({ name, release }),
    shutdown: () => {
      stopping ??= releaseAll();
      return stopping;
    },
  };
}
