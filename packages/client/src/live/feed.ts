import type { Change } from '../api.ts';
import { errorOf } from '../call.ts';
import type { ConnectionOptions } from '../http/send.ts';
import { createDurable } from '../storage/durable.ts';
import type { KeyValueStorage } from '../storage/storage.ts';
import type { Connect } from './connection.ts';
import { follow } from './follow.ts';
import { openPlace, type SavedPlace } from './place.ts';
import { openPoll } from './poll.ts';
import { canStream, openStream } from './stream.ts';

export type FeedOptions = {
  /**
   * Called whenever the feed starts from now: at first, and after a time too long to be made up
   * for (`isGap`). Read what the app shows here. Changes wait for it, so nothing is missed between.
   */
  onStart?: (start: { isGap: boolean }) => void | Promise<void>;
  /** Keeps the position over a restart of the app. */
  storage?: KeyValueStorage;
  /** Names the position in the storage, one for each user. Required with `storage`. */
  userId?: string;
  /**
   * Server-sent events or long polling. By default the first where the platform can read a response
   * while it arrives and nothing on the way holds it back.
   */
  transport?: 'stream' | 'poll';
  signal?: AbortSignal;
};

/** The changes of all assignments and payouts that the user may see. */
export async function* feed(options: ConnectionOptions, wanted: FeedOptions = {}): AsyncGenerator<Change, void> {
  const { storage, userId, signal, onStart } = wanted;
  if (storage && !userId) throw new TypeError('A feed with a storage needs a userId.');
  const store = storage && createDurable<SavedPlace>(storage, `punctual.feed.${userId}`);
  try {
    yield* await follow({
      source: { options, path: '/changes', signal },
      connect: connectBy(wanted.transport),
      place: await openPlace(store),
      retries: Number.POSITIVE_INFINITY,
      onStart,
      errorOf: (received) => errorOf('GET /changes', received),
    });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

function connectBy(wanted: FeedOptions['transport']): Connect {
  let transport = wanted ?? (canStream() ? 'stream' : 'poll');
  return async (source, position) => {
    if (transport === 'poll') return openPoll(source, position);
    const result = await openStream(source, position);
    if (!wanted && isHeldBack(result)) transport = 'poll';
    return result;
  };
}

/** Something on the way collects the response before it passes it on, or `fetch` shows no body. */
function isHeldBack(result: Awaited<ReturnType<Connect>>): boolean {
  return result instanceof Error ? result.name === 'TimeoutError' : 'status' in result && result.status === 200;
}
