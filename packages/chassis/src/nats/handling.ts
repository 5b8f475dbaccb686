import type { StreamName } from '@punctual/contracts';
import type { Attempts } from './attempts.ts';
import type { Inbox } from './inbox.ts';

/** Acknowledgement time when a {@link Handling} names none. */
export const defaultAckWaitMs = 10_000;

/** The part of an event that the chassis reads. */
export type Identified = { readonly id: string; readonly time: string };

/**
 * An event as its handler receives it. Events that the handler publishes continue the trace in
 * `traceparent`.
 */
export type Received<E> = { readonly event: E; readonly traceparent: string | undefined };

/** An event that its handler has not applied and never will; it becomes a dead letter. */
export type Refusal = { readonly id: string; readonly cause: 'contradiction'; readonly reason: string };

/** How the messages of a durable consumer are handled. */
export type Handling<E extends Identified> = {
  /** The durable's name, `<service>-<what>`; all instances of the service share it. */
  durable: string;
  /**
   * Reads leniently. Returns `undefined` for an event type that this consumer ignores.
   * @throws when the message is malformed
   */
  read: (json: unknown) => E | undefined;
  /**
   * Applies all of the events, or throws and has applied none. They arrive in stream order, except
   * redelivered ones, and each at most once per call. When it resolves, all are acknowledged, except
   * those that it refuses. When it throws, each is retried alone, and later again if need be. It must
   * be idempotent, since an event may be delivered more than once.
   * @returns the events that it refuses, if any: each time that it gets them
   */
  handle:
    | ((messages: readonly Received<E>[]) => Promise<readonly Refusal[]>)
    | ((messages: readonly Received<E>[]) => Promise<void>);
  /**
   * From this delivery on, a failure makes the event a dead letter, provided that this instance has
   * seen it fail four times (or this often, if that is less). Failures of an unavailable server
   * never count.
   */
  maxDeliveries?: number;
  /**
   * Lets a message that was delivered before be handled alone, and become a dead letter when its
   * process ended each time. Without them such a message comes back without limit.
   */
  attempts?: Attempts;
  /**
   * Where `handle` records the events that it applies, in the transaction of their effect. With it,
   * a restored database gets again what it lacks of the acknowledged events.
   */
  inbox?: Inbox<NoInfer<E>>;
  /** How long NATS holds back the messages of a dead instance. A handler may take longer. */
  ackWaitMs?: number;
};

export type ConsumerOptions<E extends Identified> = Handling<E> & { stream: StreamName; subjects: readonly string[] };

/** A stream, and the subjects of it that a durable consumer reads. */
export type ConsumerSource = { stream: string; subjects: readonly string[] };
