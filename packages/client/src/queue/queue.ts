import type { Client } from '../client.ts';
import { newIdempotencyKey } from '../http/idempotency-key.ts';
import { pauseMs } from '../http/retry.ts';
import type { CommandName } from '../operations.ts';
import { type Lock, lockFor } from '../storage/lock.ts';
import { isWebStorage, type KeyValueStorage } from '../storage/storage.ts';
import type { Intent, IntentInput, Queued } from './intent.ts';
import type { Outcome } from './outcome.ts';
import { type SendDeps, sendAll } from './send-all.ts';
import { openIntents } from './store.ts';

export type QueueOptions = {
  client: Client;
  /** Where intents survive a restart of the app. */
  storage: KeyValueStorage;
  /** Whose intents they are. Another user of the device has another queue. */
  userId: string;
  /**
   * Called with what became of each intent, before it leaves the queue. After a crash it may be
   * called again for the same `intent.id`.
   */
  onOutcome: (outcome: Outcome) => void | Promise<void>;
  /**
   * Called with what `onOutcome` or the storage throws in the background; the intent stays. Without
   * it that is an unhandled rejection.
   */
  onError?: (error: unknown) => void;
  /** Older intents are given back instead of sent: a day by default, 47 hours at most. */
  maxAgeMs?: number;
  /** Replaces Web Locks where several processes share a storage. */
  lock?: Lock;
};

export type Queue = {
  /** Resolves when the intent is stored. It is sent as soon as possible. */
  add<N extends CommandName>(name: N, input: Queued<N>): Promise<Intent>;
  /** Sends what can be sent now: call it at the start, when the network is back, after a sign-in. */
  flush(): Promise<void>;
  /** The intents that wait, oldest first. */
  pending(): Promise<Intent[]>;
  /** Takes an intent back. False when it may have reached the API. */
  remove(id: string): Promise<boolean>;
  /** Stops sending. What waits stays stored. */
  close(): void;
};

const hourMs = 3_600_000;
/** The API keeps the response to a key for 48 hours (api.md). After that it would execute it again. */
const longestAgeMs = 47 * hourMs;
const longestPauseMs = 300_000;

/**
 * Opens the user's queue of intents. Each is executed at most once, in the order of its lane, also
 * when the app, the network or the API ends in the middle.
 */
export function createQueue(options: QueueOptions): Queue {
  const { client, storage, userId, onOutcome, maxAgeMs = 24 * hourMs, lock = lockFor(storage) } = options;
  if (maxAgeMs > longestAgeMs) throw new RangeError(`maxAgeMs must be at most ${longestAgeMs}.`);
  if (isWebStorage(storage))
    throw new TypeError('Two tabs can overwrite each other in localStorage. Use indexedDbStorage().');
  const key = `punctual.queue.${userId}`;
  const intents = openIntents(storage, key, lock);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failed = 0;
  let isClosed = false;
  const deps: SendDeps = { client, intents, onOutcome, maxAgeMs, isClosed: () => isClosed };

  const flush = async (): Promise<void> => {
    let askedMs: number[] = [0];
    try {
      const waiting = await lock(`${key}.send`, () => sendAll(deps));
      askedMs = [...waiting.values()];
    } finally {
      clearTimeout(timer);
      failed = askedMs.length > 0 ? failed + 1 : 0;
      if (askedMs.length > 0 && !isClosed)
        timer = setTimeout(flushInBackground, pauseMs(failed, Math.max(...askedMs), longestPauseMs));
    }
  };
  const flushInBackground = () => void flush().catch(options.onError);

  return {
    add: async (name, queued) => {
      const id = newIdempotencyKey();
      const { assignmentId, ...input } = queued as IntentInput & { assignmentId?: string };
      const lane = assignmentId ?? input.params?.id ?? id;
      const intent: Intent = { id, name, input, lane, createdAt: Date.now(), isSent: false };
      await intents.change((all) => ({ intents: [...all, intent], result: undefined }));
      flushInBackground();
      return intent;
    },
    flush,
    pending: intents.read,
    remove: (id) =>
      intents.change((all) => {
        const found = all.find((each) => each.id === id && !each.isSent);
        return { intents: all.filter((each) => each !== found), result: found !== undefined };
      }),
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
