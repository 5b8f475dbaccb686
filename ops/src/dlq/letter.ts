import type { JsMsg } from '@nats-io/jetstream';
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
  /** What its body says of itself; null where that cannot be read. */
  eventId: string | null;
  type: string | null;
  assignmentId: string | null;
  version: number | null;
  message: JsMsg;
};

const Event = z.object({
  id: z.string().nullable().catch(null),
  type: z.string().nullable().catch(null),
  partitionkey: z.string().nullable().catch(null),
  sequence: z.coerce.number().int().nullable().catch(null),
});

/** Reads what can be read: a letter may be there just because its body is wrong. */
export function toLetter(message: JsMsg): Letter {
  const header = (name: string) => message.headers?.get(name) ?? '';
  const event = readBody(message);
  return {
    sequence: message.seq,
    at: message.time.toISOString(),
    consumer: header('Dlq-Consumer') || message.subject.slice('dlq.'.length),
    reason: header('Dlq-Reason'),
    deliveries: Number(header('Dlq-Deliveries')),
    stream: header('Dlq-Stream'),
    streamSequence: Number(header('Dlq-Sequence')),
    eventId: event?.id ?? null,
    type: event?.type ?? null,
    assignmentId: event?.partitionkey ?? null,
    version: event?.sequence ?? null,
    message,
  };
}

/** A letter without its message, for programs. */
export function present({ message: _message, ...letter }: Letter): Omit<Letter, 'message'> {
  return letter;
}

function readBody(message: JsMsg): z.infer<typeof Event> | undefined {
  try {
    return Event.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
}
