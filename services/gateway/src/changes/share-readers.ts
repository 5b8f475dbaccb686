import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';

/** The result of a read, and how many messages it took from the stream. */
type Read<T> = T & { messages: number };

/**
 * Runs a read as soon as this user may have a reader.
 * @throws when the signal is aborted before that
 */
export type WithReader = <T>(userId: string, signal: AbortSignal, read: () => Promise<Read<T>>) => Promise<Read<T>>;

/** Reads at a time, of all users together. */
const readers = 4;
/**
 * Messages that a user may have read at full speed, and then per second. NATS delivers about
 * 100,000 a second.
 */
const burst = 2_000_000;
const perSecond = 20_000;

/**
 * Shares the readers fairly. A user has one read at a time and its other reads wait, so each user
 * waits once for a reader, however many streams it resumes. A user that has read a lot is slowed
 * down.
 */
export function shareReaders(): WithReader {
  const limit = pLimit(readers);
  const queues = new Map<string, LimitFunction>();
  /** When a user's reads are paid off, in ms of the monotonic clock. */
  const paidOff = new Map<string, number>();

  const charge = (userId: string, messages: number) => {
    const now = performance.now();
    for (const [other, at] of paidOff) {
      if (at > now) break;
      paidOff.delete(other);
    }
    const at = Math.max(paidOff.get(userId) ?? 0, now) + (messages / perSecond) * 1_000;
    // Moved to the end of the map, which is about in the order of the times.
    paidOff.delete(userId);
    paidOff.set(userId, at);
  };

  const untilPaidOff = async (userId: string, signal: AbortSignal) => {
    const aheadMs = (paidOff.get(userId) ?? 0) - performance.now() - (burst / perSecond) * 1_000;
    if (aheadMs > 0) await delay(aheadMs, undefined, { signal });
  };

  return async (userId, signal, read) => {
    const queue = queues.get(userId) ?? pLimit(1);
    queues.set(userId, queue);
    try {
      return await queue(async () => {
        signal.throwIfAborted();
        await untilPaidOff(userId, signal);
        return limit(async () => {
          signal.throwIfAborted();
          const result = await read();
          charge(userId, result.messages);
          return result;
        });
      });
    } finally {
      if (queue.activeCount + queue.pendingCount === 0) queues.delete(userId);
    }
  };
}
