import type { JsMsg } from '@nats-io/jetstream';
import { type Headers, readHeaders } from '@punctual/chassis';
import { z } from 'zod';

/** A message that a consumer has given up on, as the stream DLQ keeps it. */
export type Letter = {
  /** In the stream DLQ. */
  sequence: number;
  at: string;
  /** Who gave up, and why, and after how many tries. */
  consumer: string;
  reason: string;
  deliveries: number;
  /** Where the original is, or was. */
  stream: string;
  streamSequence: number;
  /** Where its body is: in the letter, or (it did not fit) in the stream that it came from, or gone from there too. */
  bodyAt: 'LETTER' | 'STREAM' | 'GONE';
  /** What its body says of itself; null where that cannot be read. */
  eventId: string | null;
  type: string | null;
  assignmentId: string | null;
  version: number | null;
  message: JsMsg;
  /** What its consumer was given, and is to be given again; undefined when the body is gone. */
  content: Content | undefined;
};

/** What a message says. */
export type Content = { headers: Headers; data: Uint8Array };

const Event = z.object({
  id: z.string().nullable().catch(null),
  type: z.string().nullable().catch(null),
  partitionkey: z.string().nullable().catch(null),
  sequence: z.coerce.number().int().nullable().catch(null),
});

/** Where the original of a letter is that was kept without its body; undefined for one that has it. */
export function originOf(message: JsMsg): { stream: string; sequence: number; storedAt: string } | undefined {
  if (headerOf(message, 'Dlq-Body') !== 'omitted') return undefined;
  return {
    stream: headerOf(message, 'Dlq-Stream'),
    sequence: Number(headerOf(message, 'Dlq-Sequence')),
    storedAt: headerOf(message, 'Dlq-Stored'),
  };
}

/**
 * Reads what can be read: a letter may be there just because its body is wrong.
 * @param original of a letter without its body, if it is still there
 */
export function toLetter(message: JsMsg, original?: Content): Letter {
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

/** A letter without its message, for programs. */
export function present({ message: _message, content: _content, ...letter }: Letter) {
  return letter;
}

function headerOf(message: JsMsg, name: string): string {
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
