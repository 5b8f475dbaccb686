import type { Lifecycle } from '@punctual/chassis';

/** The life of a part that the test starts and stops by itself. */
export function startLife(): { lifecycle: Lifecycle; stop: () => Promise<void> } {
  const stopping = new AbortController();
  const releasers: (() => unknown)[] = [];
  const stop = async () => {
    stopping.abort();
    for (const release of releasers.toReversed()) await release();
  };
  return { lifecycle: { signal: stopping.signal, onShutdown: (_name, release) => releasers.push(release) }, stop };
}
