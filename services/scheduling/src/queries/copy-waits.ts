import type { Database } from '@punctual/chassis/postgres';
import type { GetAssignmentQuery } from '@punctual/contracts';
import { type CopyVersions, readCopyVersions } from '../persistence/projections.ts';

/** How new the copies of an assignment must be. */
export type WantedCopies = GetAssignmentQuery;

/** Reads that wait for copies. */
export type CopyWaits = {
  /**
   * Waits until the copies are that new, for two seconds at most. Does not wait at all when
   * too many reads wait already, and no longer when the database is away or the service stops.
   */
  wait(waiting: { assignmentId: string; callerId: string; wanted: WantedCopies }): Promise<void>;
};

const pauseMs = 40;
/** Half of the requests that a gateway has a service answer at a time. */
const most = 64;
const mostOfCaller = 8;

export type CopyWaitsDeps = {
  database: Database;
  /** Ends all waits. */
  signal: AbortSignal;
  longestMs?: number;
};

type Waiting = { assignmentId: string; callerId: string; wanted: WantedCopies; end(): void };

/**
 * Creates the waiting room of an instance. One query looks after all that wait, so however many
 * there are, they take one connection for a moment.
 */
export function createCopyWaits({ database, signal, longestMs = 2_000 }: CopyWaitsDeps): CopyWaits {
  const all = new Set<Waiting>();
  let isLooking = false;

  const look = async () => {
    const versions = await readCopyVersions(database, [...new Set([...all].map(({ assignmentId }) => assignmentId))]);
    for (const each of all) {
      const reached = versions.get(each.assignmentId);
      if (!reached || areAsNew(reached, each.wanted)) each.end();
    }
  };
  const lookOften = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      while (all.size > 0) {
        await new Promise((done) => setTimeout(done, pauseMs));
        await look();
      }
    } catch {
      // The reads themselves report it.
      for (const each of all) each.end();
    } finally {
      isLooking = false;
    }
  };
  signal.addEventListener('abort', () => {
    for (const each of all) each.end();
  });

  return {
    wait: async (waiting) => {
      const own = [...all].filter(({ callerId }) => callerId === waiting.callerId).length;
      if (signal.aborted || all.size >= most || own >= mostOfCaller) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const self: Waiting = { ...waiting, end: resolve };
      const late = setTimeout(resolve, longestMs);
      all.add(self);
      void lookOften();
      await promise;
      clearTimeout(late);
      all.delete(self);
    },
  };
}

/** Whether copies are as new as wanted. */
export function areAsNew(
  { payoutVersion, reminderSequence }: CopyVersions,
  { minPayoutVersion = 0, minReminderSequence = 0 }: WantedCopies,
): boolean {
  return (payoutVersion ?? 0) >= minPayoutVersion && (reminderSequence ?? 0) >= minReminderSequence;
}
