import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/** Fetches a bounded number of a durable's messages ahead of their handling. */
export type Prefetch = {
  /**
   * Takes 1 to `size` messages in stream order, waiting for the first; none once the service stops.
   * The messages taken before must be settled.
   * @throws why the durable cannot be read, after everything fetched before was taken
   */
  take(): Promise<readonly JsMsg[]>;
  /** Resolves when every message that was not taken has been handed back to JetStream. */
  close(): Promise<void>;
};

export type PrefetchOptions = {
  size: number;
  /** The server's limit, in bytes. */
  maxMessageBytes: number;
  ackWaitMs: number;
  /** Aborted: fetches no more, and hands back what was not taken. */
  signal: AbortSignal;
  /** Resolves when everything that NATS has sent so far has arrived. */
  flush(): Promise<void>;
};

/**
 * A fetch without messages is repeated after this long; a server that is silent for this long is
 * lost.
 */
const expiresMs = 10_000;
const flushMs = 1_000;
/**
 * Bytes per fetch, estimated from the messages before. The server cuts a client with more than 64
 * MiB pending (`max_pending`), and would then deliver them all again. The client's own `max_bytes`
 * ends a fetch with an error.
 */
const mostBytes = 16 * 1024 * 1024;

/**
 * Keeps up to `size` messages at hand while as many are handled. All of them are reported as in
 * progress, so that the ack wait bounds how long a dead instance's messages are held back, not how
 * long handling may take.
 */
export function startPrefetch(
  consumer: Consumer,
  { size, maxMessageBytes, ackWaitMs, signal, flush }: PrefetchOptions,
): Prefetch {
  let waiting: JsMsg[] = [];
  let taken: readonly JsMsg[] = [];
  let asking: ConsumerMessages | undefined;
  /** Messages are no longer taken. */
  let closed = signal.aborted;
  /** Messages are no longer fetched. */
  let over = false;
  let failure: unknown;
  /**
   * Estimated size of the next messages: at first the maximum, then that of the last ones, at least
   * half the estimate before.
   */
  let foreseenBytes = maxMessageBytes;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers<void>();
  };

  const giveBack = async () => {
    closed = true;
    changed();
    // Messages in flight would be held back until their ack wait ends, and messages handed back
    // while we still fetch return to us.
    await Promise.race([flush().catch(() => {}), delay(flushMs, undefined, { ref: false })]);
    over = true;
    asking?.close();
    for (const message of waiting) message.nak();
    waiting = [];
    changed();
  };
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= giveBack();
    return stopping;
  };
  const ask = async () => {
    while (!closed) {
      const fitting = Math.max(1, Math.floor(mostBytes / foreseenBytes));
      asking = await consumer.fetch({ max_messages: Math.min(size, fitting), expires: expiresMs });
      if (over) asking.close();
      foreseenBytes = Math.max(1, foreseenBytes / 2);
      for await (const message of asking) {
        foreseenBytes = Math.max(foreseenBytes, message.data.length);
        if (over) message.nak();
        else waiting.push(message);
        changed();
      }
      while (waiting.length > 0) await change.promise;
    }
  };

  signal.addEventListener('abort', stop, { once: true });
  const working = setInterval(() => {
    for (const message of [...taken, ...waiting]) message.working();
  }, ackWaitMs / 3);
  ask().catch((error: unknown) => {
    failure = error;
    changed();
  });

  return {
    take: async () => {
      taken = [];
      while (waiting.length === 0 && !closed && failure === undefined) await change.promise;
      if (closed) return taken;
      if (waiting.length === 0) throw failure;
      // Redelivered messages may arrive in any order.
      taken = waiting.toSorted((a, b) => a.seq - b.seq);
      waiting = [];
      changed();
      return taken;
    },
    close: () => {
      signal.removeEventListener('abort', stop);
      clearInterval(working);
      return stop();
    },
  };
}
