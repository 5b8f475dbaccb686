import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';

/** What one turn has read, and how many messages came by for it. */
type Read<T> = T & { messages: number };

/** Runs a read when it is this user's turn. @throws when the signal is aborted before that */
export type Turns = <T>(userId: string, signal: AbortSignal, read: () => Promise<Read<T>>) => Promise<Read<T>>;

/** Reads of all users together. */
const readersAtOnce = 4;
/** Messages that a user may have read at full speed, and how many more each second; NATS gives about 100,000 a second. */
const burst = 2_000_000;
const perSecond = 20_000;

/**
 * Shares the readers fairly: a user has one read at a time and its other reads wait, so each user stands once in the queue for
 * a reader, however many streams it resumes. A user that has had a lot read is slowed down.
 */
export function takeTurns(): Turns {
  const readers = pLimit(readersAtOnce);
  const queues = new Map<string, LimitFunction>();
  /** By when a user's reads are paid off, in ms of the monotonic clock. */
  const paidOff = new Map<string, number>();

  const charge = (userId: string, messages: number) => {
    const now = performance.now();
    for (const [other, at] of paidOff) {
      if (at > now) break;
      paidOff.delete(other);
    }
    const at = Math.max(paidOff.get(userId) ?? 0, now) + (messages / perSecond) * 1_000;
    // Last in the order of the map, which is about that of the times.
    paidOff.delete(userId);
    paidOff.set(userId, at);
  };

  const credit = async (userId: string, signal: AbortSignal) => {
    const aheadMs = (paidOff.get(userId) ?? 0) - performance.now() - (burst / perSecond) * 1_000;
    if (aheadMs > 0) await delay(aheadMs, undefined, { signal });
  };

  return async (userId, signal, read) => {
    const queue = queues.get(userId) ?? pLimit(1);
    queues.set(userId, queue);
    try {
      return await queue(async () => {
        signal.throwIfAborted();
        await credit(userId, signal);
        return readers(async () => {
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
