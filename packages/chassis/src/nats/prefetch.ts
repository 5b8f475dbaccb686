import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/** The messages of a durable as they come in, a bounded number of them ahead of their handling. */
export type Prefetch = {
  /**
   * What has come in, in the order of the stream, at least one message and at most `size`; waits for the first. Nothing once the service stops. What was
   * taken before must be settled by now.
   * @throws what keeps the durable from being read, once all that came before is taken
   */
  take(): Promise<readonly JsMsg[]>;
  /** Resolves when all that nobody has taken is given back. */
  close(): Promise<void>;
};

export type PrefetchOptions = {
  size: number;
  /** The server takes none that are larger. */
  maxMessageBytes: number;
  ackWaitMs: number;
  /** Aborted: asks for no more, and gives back what nobody has taken. */
  signal: AbortSignal;
  /** Resolves when all that NATS has sent so far has come in. */
  flush(): Promise<void>;
};

/** A request that brings nothing for so long is made again; a server that is silent for as long is lost. */
const expiresMs = 10_000;
const flushMs = 1_000;
/**
 * How much is asked for at a time, as far as the messages before let it be foreseen. The server cuts the connection of a client for which
 * more than 64 MiB wait (`max_pending`), which then would all be delivered again, and again. The client's `max_bytes` ends a fetch with an error.
 */
const mostBytes = 16 * 1024 * 1024;

/**
 * Has up to `size` messages at hand while as many are handled. All of them are told to be in work, so that the ack wait bounds how long
 * the messages of an instance that died are held back, not how long handling may take.
 */
export function startPrefetch(
  consumer: Consumer,
  { size, maxMessageBytes, ackWaitMs, signal, flush }: PrefetchOptions,
): Prefetch {
  let waiting: JsMsg[] = [];
  let taken: readonly JsMsg[] = [];
  let asking: ConsumerMessages | undefined;
  /** Nobody takes any more. */
  let closed = signal.aborted;
  /** Nothing is asked for any more. */
  let over = false;
  let failure: unknown;
  /** How large the next messages may be: as large as any at first, then as those before, or half as large as was thought. */
  let foreseenBytes = maxMessageBytes;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers<void>();
  };

  const giveBack = async () => {
    closed = true;
    changed();
    // What is on its way would be nobody's until its ack wait is over; and what is given back while we still ask comes to us again.
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
      // What is delivered again may come in any order.
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
