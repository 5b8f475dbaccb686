import type { Change } from '../api.ts';
import { pause } from '../http/abort.ts';
import { pauseMs, retryAfterMs } from '../http/retry.ts';
import type { Received } from '../http/send.ts';
import type { Connect, Connection, Source } from './connection.ts';
import type { Place } from './place.ts';

export type Following = {
  source: Source;
  connect: Connect;
  place: Place;
  /** How often the first connection is retried. */
  retries: number;
  /**
   * Called when it starts from now. Changes wait for it. `isGap` says whether changes were missed
   * before that.
   */
  onStart: ((start: { isGap: boolean }) => void | Promise<void>) | undefined;
  /** The error for a refusal. */
  errorOf: (received: Received) => Error;
};

/** The position is too old to resume from: the app must read again. */
const expired = 410;

/**
 * Connects, and resolves when that has succeeded. Iterating reconnects for ever and resumes after
 * the last change, without loss or duplicates. It ends when the source's signal is aborted.
 * @throws the error of a permanent refusal, and those of `token`; from the iteration, too
 */
export async function follow(following: Following): Promise<AsyncGenerator<Change, void>> {
  const { retries } = following;
  return changes(following, await open(following, { retries, wasOpen: false }));
}

async function* changes(following: Following, first: Connection): AsyncGenerator<Change, void> {
  const { place, source } = following;
  for (let open: Connection | undefined = first; open; open = await openAgain(following, open)) {
    for await (const { change, position } of open.messages) {
      if (source.signal?.aborted) return;
      // Only after the app has asked for the next one, it has processed this one.
      if (change && !place.hasPassed(change.id)) yield change;
      if (position !== undefined) await place.moveTo(position);
      else if (change) await place.pass(change.id);
    }
  }
}

/** @returns undefined when aborted */
async function openAgain(following: Following, last: Connection): Promise<Connection | undefined> {
  const { signal } = following.source;
  try {
    await pause(last.pauseMs(), signal);
    return await open(following, { retries: Number.POSITIVE_INFINITY, wasOpen: true });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

async function open(
  { source, connect, place, onStart, errorOf }: Following,
  { retries, wasOpen }: { retries: number; wasOpen: boolean },
): Promise<Connection> {
  let isGap = wasOpen;
  for (let failed = 0; ; failed += 1) {
    const result = await connect(source, place.position());
    if ('messages' in result) {
      if (place.position() === '') await start(result, () => onStart?.({ isGap }));
      return result;
    }
    if ('status' in result && result.status === expired && place.position() !== '') {
      isGap = true;
      await place.moveTo('');
      continue;
    }
    const refusal = result instanceof Error ? undefined : result;
    if (failed >= retries || (refusal && isFinal(refusal))) throw refusal ? errorOf(refusal) : result;
    await pause(pauseMs(failed, retryAfterMs(refusal?.headers)), source.signal);
  }
}

/** Lets the app read while the connection is open, so that there is no gap between. */
async function start(connection: Connection, onStart: () => void | Promise<void>): Promise<void> {
  try {
    await onStart();
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Only the API itself refuses for good, not a proxy or a hotel's network. */
function isFinal({ status, headers }: Received): boolean {
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  return Boolean(isProblem) && status >= 400 && status < 500 && status !== 408 && status !== 429;
}
