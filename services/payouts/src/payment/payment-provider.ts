import type { Attempt } from '../domain/attempt.ts';

/** What is known after a call to pay. */
export type PaymentAnswer =
  | { kind: 'PAID'; reference: string }
  /** Nothing moved, and nothing will. */
  | { kind: 'REFUSED'; code: string }
  /** Our API key is not accepted: this call moved nothing, and none will until the key is fixed. */
  | { kind: 'KEY_REFUSED'; because: string }
  /** Not known yet. Another call is safe. */
  | { kind: 'AGAIN'; because: string }
  /** Not known, and another call would not tell. */
  | { kind: 'UNKNOWN'; because: string };

/** The look-up failed because the provider does not accept our API key. */
export class KeyRefused extends Error {}

/** A movement of money, as the provider has it. */
export type Transfer = {
  reference: string;
  payoutId: string | undefined;
  attemptId: string | undefined;
  /** In the provider's own units. Only `matches` interprets amount, currency and account. */
  amount: number;
  currency: string;
  account: string | undefined;
  createdAt: Temporal.Instant;
  isReversed: boolean;
};

/**
 * Whether the transfer is the one that the attempt asked for: same amount, currency and account.
 */
export type Matches = (attempt: Attempt, transfer: Transfer) => boolean;

/** Moves money. Each method may be called any number of times, by several instances at once. */
export type PaymentProvider = {
  /** Pays, or returns how the same attempt ended before. Never throws. */
  pay(attempt: Attempt): Promise<PaymentAnswer>;
  /**
   * Finds the transfer of an attempt, if the provider has it.
   * @throws when the provider does not answer; KeyRefused
   */
  find(attempt: Attempt): Promise<Transfer | undefined>;
  /**
   * Lists transfers from `since` until before `until`, or until now, newest first.
   * @throws when the provider does not answer
   */
  list(period: { since: Temporal.Instant; until: Temporal.Instant | undefined }): AsyncIterable<Transfer>;
  matches: Matches;
  /** Until then a repeated `pay` returns the first answer and moves nothing more. */
  repeatableUntil(attempt: Attempt): Temporal.Instant;
};

/** An event that the provider sends by itself. Most are of no interest here. */
export type WebhookEvent = { id: string } & (
  | { type: 'paid' | 'reversed'; transfer: Transfer }
  | { type: 'other'; transfer?: never }
);

/** Reads the provider's webhook, also while payments are made by hand. */
export type PaymentWebhook = {
  /**
   * Checks the signature over the received bytes, then parses them.
   * @throws DomainError `malformed-body`; `validation-failed` for a missing, wrong or old
   * signature, and for a body that is no event
   */
  read(bytes: Buffer, signature: string | undefined): WebhookEvent;
  matches: Matches;
};
