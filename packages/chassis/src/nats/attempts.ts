import type { JsMsg } from '@nats-io/jetstream';

/**
 * Durable notes of attempts to handle a message, shared by the instances of a service. An attempt
 * whose note remains had no answer: its process ended. `message` is {@link messageKey}.
 */
export type Attempts = {
  /** How many attempts at each message had no answer. Leaves out messages without any. */
  unanswered(consumer: string, messages: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Notes that an attempt begins. @param attempts those without an answer, this one included */
  note(consumer: string, message: string, attempts: number): Promise<void>;
  /** Removes the note: the message has an answer. */
  forget(consumer: string, message: string): Promise<void>;
};

/** Names a message. With the time, since a rebuilt stream starts its sequences again. */
export function messageKey({ seq, time, info }: JsMsg): string {
  return `${info.stream}:${seq}:${time.getTime()}`;
}
