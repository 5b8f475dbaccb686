import type { Lifecycle } from '@punctual/chassis';

/** The life of a part that the test starts and stops by itself. */
export function startLife(): { lifecycle: Lifecycle; stop: () => Promise<void> } {
  const closing = new AbortController();
  const releasers: (() => unknown)[] = [];
  const stop = async () => {
    closing.abort();
    for (const release of releasers.toReversed()) await release();
  };
  const { signal } = closing;
  return { lifecycle: { stopping: signal, signal, onShutdown: (_name, release) => releasers.push(release) }, stop };
}
