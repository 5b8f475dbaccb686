import type { Attempt } from '../domain/attempt.ts';

/** What is known after the provider was asked. */
export type PaymentAnswer =
  | { kind: 'PAID'; reference: string }
  /** Nothing moved, and nothing will. */
  | { kind: 'REFUSED'; code: string }
  /** Our key is not good: nothing moved by this call, and none will until somebody has mended it. */
  | { kind: 'KEY_REFUSED'; because: string }
  /** Not known, or not yet; to ask again is safe. */
  | { kind: 'AGAIN'; because: string }
  /** Not known, and to ask again will not tell. */
  | { kind: 'UNKNOWN'; because: string };

/** The provider does not let us look, since our key is not good. */
export class KeyRefused extends Error {}

/** What the provider has of a payout. */
export type Transfer = {
  reference: string;
  payoutId: string | undefined;
  attemptId: string | undefined;
  /** In the provider's smallest units, in lower case as it writes currencies. */
  amount: number;
  currency: string;
  account: string | undefined;
  createdAt: Date;
  isReversed: boolean;
};

/** Moves money. Each method may be called any number of times, by several instances at once. */
export type PaymentProvider = {
  /** Pays, or tells how the same attempt ended before. Never throws. */
  pay(attempt: Attempt): Promise<PaymentAnswer>;
  /**
   * The transfer of an attempt, if the provider has it.
   * @throws when the provider gives no answer; KeyRefused
   */
  find(attempt: Attempt): Promise<Transfer | undefined>;
  /** What it moved from `since` until before `until`, or until now, the newest first. @throws when the provider gives no answer */
  list(period: { since: Date; until: Date | undefined }): AsyncIterable<Transfer>;
  /** Until when a repeated `pay` is answered as the first one was, and moves nothing more. */
  repeatableUntil(attempt: Attempt): Date;
};
