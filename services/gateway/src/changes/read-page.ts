import type { CloudEvent } from '@punctual/contracts';
import type { ChangeFeed } from './change-feed.ts';
import { type Cursor, caughtUp, findBehind, moveTo } from './cursor.ts';
import type { Reader } from './history.ts';
import type { View } from './view.ts';

export type Page = { items: CloudEvent[]; cursor: Cursor };

/** A client that resumes far back gets an answer after this time, perhaps without changes. */
const maxReadMs = 5_000;

/**
 * Reads the changes after a cursor, at most `limit`. When there is none, waits for the first one:
 * at most `waitMs`, and until the reader's signal is aborted.
 * @throws as {@link ChangeFeed.next}
 */
export async function readPage(
  feed: ChangeFeed,
  { view, since }: { view: View; since: Cursor },
  reader: Reader,
  { limit, waitMs }: { limit: number; waitMs: number },
): Promise<Page> {
  const { signal } = reader;
  const waitUntil = performance.now() + waitMs;
  const items: CloudEvent[] = [];
  let cursor = since;

  const read = async (readUntil: number) => {
    while (findBehind(cursor, feed.positions()) && performance.now() < readUntil) {
      const { stream, changes, reached } = await feed.next(view, cursor, reader, limit);
      for (const change of changes) {
        const next = view.pass(cursor, change);
        if (!next) continue;
        cursor = next;
        const event = view.show(change);
        if (event) items.push(event);
        if (items.length === limit) return;
      }
      cursor = moveTo(cursor, stream, reached);
    }
  };

  do {
    if (findBehind(cursor, feed.positions())) await read(performance.now() + maxReadMs);
    else await untilChange(feed, view, signal, waitUntil - performance.now());
  } while (items.length === 0 && performance.now() < waitUntil && !signal.aborted);
  // A cursor of another gateway may be ahead of this one.
  return { items, cursor: findBehind(cursor, feed.positions()) ? cursor : caughtUp(cursor, feed.positions()) };
}

/** Resolves when a change is shown to the view, a stream is recreated, or the time has passed. */
async function untilChange(feed: ChangeFeed, view: View, signal: AbortSignal, ms: number): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = feed.listen(view.about, {
    onChange: (change) => {
      if (view.show(change)) resolve();
    },
    onRestart: resolve,
  });
  const late = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(late);
  stop();
}
