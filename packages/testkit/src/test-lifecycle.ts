/** The chassis' lifecycle, for a part of a service that a test starts by itself. */
export type TestLifecycle = {
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
  onShutdown(name: string, release: () => unknown): void;
  /** Releases everything, the latest first. */
  stop(): Promise<void>;
};

export function createTestLifecycle(): TestLifecycle {
  const ending = new AbortController();
  const releasers: (() => unknown)[] = [];
  return {
    stopping: ending.signal,
    signal: ending.signal,
    onShutdown: (_name, release) => void releasers.push(release),
    stop: async () => {
      ending.abort();
      for (const release of releasers.toReversed()) await release();
    },
  };
}
