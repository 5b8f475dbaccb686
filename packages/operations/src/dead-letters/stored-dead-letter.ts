import type { JsMsg } from '@nats-io/jetstream';
import { type Headers, readHeaders } from '@punctual/chassis';
import { z } from 'zod';

/** A message that a consumer gave up on, as the DLQ stores it. */
export type StoredDeadLetter = {
  /** In the DLQ. */
  sequence: number;
  at: string;
  /** Which consumer gave up, why, and after how many deliveries. */
  consumer: string;
  reason: string;
  deliveries: number;
  /** Where the original is, or was. */
  stream: string;
  streamSequence: number;
  /**
   * Where its body is: in the dead letter, or (if it did not fit) in its original stream, or gone.
   */
  bodyAt: 'LETTER' | 'STREAM' | 'GONE';
  /** From its body; null if that cannot be read. */
  eventId: string | null;
  type: string | null;
  assignmentId: string | null;
  version: number | null;
  message: DeadLetterMessage;
  /** What a redrive delivers again; undefined when the body is gone. */
  content: Content | undefined;
};

/** A message of the DLQ, read by a consumer or by its sequence. */
export type DeadLetterMessage = Pick<JsMsg, 'seq' | 'subject' | 'data' | 'headers' | 'time' | 'timestampNanos'>;

/** Headers and body of a message. */
export type Content = { headers: Headers; data: Uint8Array };

const Event = z.object({
  id: z.string().nullable().catch(null),
  type: z.string().nullable().catch(null),
  partitionkey: z.string().nullable().catch(null),
  sequence: z.coerce.number().int().nullable().catch(null),
});

/** Where the original is, for a dead letter that was stored without its body. */
export function originOf(
  message: DeadLetterMessage,
): { stream: string; sequence: number; storedAt: string } | undefined {
  if (headerOf(message, 'Dlq-Body') !== 'omitted') return undefined;
  return {
    stream: headerOf(message, 'Dlq-Stream'),
    sequence: Number(headerOf(message, 'Dlq-Sequence')),
    storedAt: headerOf(message, 'Dlq-Stored'),
  };
}

/**
 * Reads as much as possible: a malformed body may be why it was dead-lettered.
 * @param original of a dead letter without its body, if it still exists
 */
export function toStoredDeadLetter(message: DeadLetterMessage, original?: Content): StoredDeadLetter {
  const header = (name: string) => headerOf(message, name);
  const isHere = originOf(message) === undefined;
  const content = isHere ? { headers: readHeaders(() => message.headers), data: message.data } : original;
  const event = content && readBody(content);
  return {
    sequence: message.seq,
    at: message.time.toISOString(),
    consumer: header('Dlq-Consumer') || message.subject.slice('dlq.'.length),
    reason: header('Dlq-Reason'),
    deliveries: Number(header('Dlq-Deliveries')),
    stream: header('Dlq-Stream'),
    streamSequence: Number(header('Dlq-Sequence')),
    bodyAt: isHere ? 'LETTER' : original ? 'STREAM' : 'GONE',
    eventId: event?.id ?? null,
    type: event?.type ?? null,
    assignmentId: event?.partitionkey ?? null,
    version: event?.sequence ?? null,
    message,
    content,
  };
}

/** Where the body of a dead letter is that was stored without it. */
export function whereBody({ bodyAt, stream, streamSequence }: StoredDeadLetter): string {
  if (bodyAt === 'STREAM') return `its body is in ${stream}, message ${streamSequence}`;
  return `its body is gone: ${stream} no longer has message ${streamSequence}`;
}

/** A dead letter without its message, for JSON output. */
export function present({ message: _message, content: _content, ...letter }: StoredDeadLetter) {
  return letter;
}

/** A header of a dead letter; empty without it. */
export function headerOf(message: DeadLetterMessage, name: string): string {
  const headers = readHeaders(() => message.headers);
  return headers === 'unreadable' ? '' : (headers?.get(name) ?? '');
}

function readBody({ data }: Content): z.infer<typeof Event> | undefined {
  try {
    return Event.safeParse(JSON.parse(Buffer.from(data).toString())).data;
  } catch {
    return undefined;
  }
}
