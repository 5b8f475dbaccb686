import { observed, observeTogether } from '@punctual/chassis';
import type { ViewName } from '../changes/view.ts';

const views: readonly ViewName[] = ['assignment', 'feed'];

/** Reports the open change streams, by what they show. */
export function observeStreams(streams: ReadonlyMap<unknown, ViewName>, signal: AbortSignal): void {
  const open = observed('punctual.gateway.streams');
  observeTogether(
    [open],
    (result) => {
      const names = [...streams.values()];
      for (const view of views) result.observe(open, names.filter((name) => name === view).length, { view });
    },
    signal,
  );
}

/** Reports the open connections of clients. */
export function observeConnections(count: () => number, signal: AbortSignal): void {
  const open = observed('punctual.gateway.connections');
  observeTogether([open], (result) => result.observe(open, count()), signal);
}
