import type { Position } from '../persistence/positions.ts';

/**
 * What this process knows of whether its store and the streams have the same history. A restored
 * store lacks decisions that REMINDER has; a restored NATS lacks events that the store published.
 */
export type History = {
  /** The positions that the store had when this process last read or wrote them. */
  readonly known: { REMINDER?: Position; SCHEDULE?: Position };
  /**
   * Rises with every doubt and when it is over: what was read before may be of another history, or
   * of a restored store that did not know yet what was published.
   */
  generation(): number;
  /** Waits until the store has what REMINDER has, and REMINDER what was published. */
  agreed(): Promise<void>;
  /** Whether the store and REMINDER agree. */
  agrees(): boolean;
  /** Whether they agree, and have agreed since this generation: only then may anything be published. */
  agreesSince(generation: number): boolean;
  /** Whether the store is not in doubt, and nothing of SCHEDULE is missing. */
  isCaughtUp(): boolean;
  /** Whether the store was restored and has not caught up yet. */
  isRestoring(): boolean;
  /** Has all of it checked before anything else is decided or published: the store may have been restored. */
  doubt(): void;
  /** Has all of it checked before anything else is published: REMINDER may have lost events. */
  doubtStream(): void;
  /** Has the next check look closer, without waiting for it. */
  suspect(): void;
  /** Whether something was suspected since the last call. */
  takeSuspicion(): boolean;
  beginRestore(): void;
  /** Says that the store and REMINDER agree, unless there was a doubt since this generation. */
  agree(generation: number, isCaughtUp: boolean): void;
};

/** @param signal aborted when the service stops: nobody waits any longer */
export function createHistory(signal: AbortSignal): History {
  let generation = 0;
  let isAgreed = false;
  let isStoreDoubted = true;
  let isCaughtUp = false;
  let isRestoring = false;
  let isSuspected = false;
  let agreement = newAgreement();
  signal.addEventListener('abort', () => agreement.reject(signal.reason), { once: true });
  const doubtStream = () => {
    generation += 1;
    if (!isAgreed || signal.aborted) return;
    isAgreed = false;
    agreement = newAgreement();
  };
  return {
    known: {},
    generation: () => generation,
    agreed: () => agreement.promise,
    agrees: () => isAgreed,
    agreesSince: (since) => isAgreed && since === generation,
    isCaughtUp: () => !isStoreDoubted && isCaughtUp,
    isRestoring: () => isRestoring,
    doubt: () => {
      isStoreDoubted = true;
      doubtStream();
    },
    doubtStream,
    suspect: () => {
      isSuspected = true;
    },
    takeSuspicion: () => {
      const wasSuspected = isSuspected;
      isSuspected = false;
      return wasSuspected;
    },
    beginRestore: () => {
      isCaughtUp = false;
      isRestoring = true;
    },
    agree: (since, caughtUp) => {
      if (since !== generation) return;
      if (!isAgreed) generation += 1;
      isAgreed = true;
      isStoreDoubted = false;
      isCaughtUp = caughtUp;
      isRestoring = !caughtUp;
      agreement.resolve();
    },
  };
}

/** Ends work on a store that may have been restored since, or published to a stream that may be older. */
export class HistoryInDoubt extends Error {
  override name = 'HistoryInDoubt';
  override message = 'the store or REMINDER may have been restored';
}

/** @throws while the store is older than its streams */
export function checkRestored(history: History): void {
  if (history.isRestoring()) throw new Error('The store was restored and has not caught up with its streams yet.');
}

function newAgreement(): PromiseWithResolvers<void> {
  const agreement = Promise.withResolvers<void>();
  // Rejected at the end, perhaps with nobody waiting.
  agreement.promise.catch(() => {});
  return agreement;
}
