import type { Delivery } from './delivery.ts';

/**
 * Durable notes of attempts to handle messages, shared by the instances of a service. Where a note
 * remains, the attempt had no answer: its process ended. Messages are named by {@link messageKey}.
 */
export type Attempts = {
  /**
   * How many attempts at each message alone had no answer: 0 if it only had neighbours so far. Leaves
   * out messages without a note.
   */
  unanswered(consumer: string, messages: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Notes that an attempt begins. @param alone the attempts at each alone, this one included */
  note(consumer: string, messages: readonly string[], alone: number): Promise<void>;
  /** Removes the notes: the messages have an answer. */
  forget(consumer: string, messages: readonly string[]): Promise<void>;
};

/** Names a message. With the time, since a rebuilt stream starts its sequences again. */
export function messageKey({ seq, time, info }: Delivery): string {
  return `${info.stream}:${seq}:${time.getTime()}`;
}
