import type { Logger } from '../../process/logger.ts';

/**
 * Holds back rows that NATS refuses, so that they are not retried in a loop. Logs only when that
 * begins and ends.
 */
export type Backpressure = {
  refused(aggregateId: string, reason: unknown): void;
  /** Like a refusal, but says nothing about other aggregates. */
  hold(aggregateId: string, reason: unknown): void;
  accepted(aggregateId: string): void;
  /** Aggregates whose next try has not come. */
  held(): string[];
  /** How many rows may be tried now: while NATS refuses everything, a few now and then. */
  allowance(): number;
};

const holdMs = 2_000;
/**
 * After this many refusals in a row, NATS is the problem and not the aggregates. It is then probed
 * with as many rows.
 */
const probe = 10;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

export function createBackpressure({ logger, now }: { logger: Logger; now: () => number }): Backpressure {
  const heldUntil = new Map<string, number>();
  let refusals = 0;
  let pauseMs = firstPauseMs;
  let nextProbeAt = 0;

  const hold = (aggregateId: string, reason: unknown) => {
    if (heldUntil.size === 0) {
      logger.warn({ err: reason, aggregateId }, 'NATS refuses some events; they wait in the outbox');
    }
    heldUntil.set(aggregateId, now() + holdMs);
  };

  return {
    hold,
    refused: (aggregateId, reason) => {
      hold(aggregateId, reason);
      refusals += 1;
      // Those of one probe lengthen the pause once.
      if (now() < nextProbeAt) return;
      nextProbeAt = now() + pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    },
    accepted: (aggregateId) => {
      if (heldUntil.size === 0) return;
      if (refusals >= probe) heldUntil.clear();
      else heldUntil.delete(aggregateId);
      refusals = 0;
      pauseMs = firstPauseMs;
      if (heldUntil.size === 0) logger.info('NATS accepts every event again');
    },
    held: () => [...heldUntil].filter(([, until]) => until > now()).map(([aggregateId]) => aggregateId),
    allowance: () => {
      if (refusals < probe) return Number.POSITIVE_INFINITY;
      return now() < nextProbeAt ? 0 : probe;
    },
  };
}
