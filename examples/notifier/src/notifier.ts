import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type ReadEvent, readPersonEvent, readReminderEvent } from '@punctual/contracts';
import { lineOf } from './line-of.ts';
import type { SentLines } from './sent-lines.ts';

export type NotifierDeps = { connection: NatsConnection; sent: SentLines };

const durable = 'notifier';

/**
 * Sends a line for every `reminder.due`, once however often it is delivered, and erases the lines
 * about a person for every `person.erased`. Both start at the beginning of their stream.
 * @param signal ends it, after the events in hand
 */
export async function notify({ connection, sent }: NotifierDeps, signal: AbortSignal): Promise<void> {
  const reminders = follow(connection, signal, {
    stream: 'REMINDER',
    subject: 'reminder.due',
    read: readReminderEvent,
    handle: async (event) => {
      if (event.type === 'reminder.due' && !sent.has(event.id)) await sent.add(lineOf(event));
    },
  });
  const erasures = follow(connection, signal, {
    stream: 'SCHEDULE',
    subject: 'person.erased',
    read: readPersonEvent,
    handle: ({ data }) => sent.erase(data),
  });
  await Promise.all([reminders, erasures]);
}

type Following<E> = {
  stream: string;
  subject: string;
  read: ReadEvent<E>;
  handle: (event: E) => Promise<void>;
};

async function follow<E>(connection: NatsConnection, signal: AbortSignal, following: Following<E>): Promise<void> {
  const { stream, subject } = following;
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    filter_subject: subject,
  });
  const consumer = await jetstream(connection).consumers.get(stream, durable);
  const messages = await consumer.consume({ max_messages: 32 });
  signal.addEventListener('abort', () => void messages.close(), { once: true });
  for await (const message of messages) await receive(following, message);
}

/**
 * Acknowledges only what is done. If that fails the process ends, and the event is delivered again
 * to the next one.
 */
async function receive<E>({ read, handle }: Following<E>, message: JsMsg): Promise<void> {
  let event: E | undefined;
  try {
    event = read(message.json());
  } catch (error) {
    // It would break the contract the next time, too.
    console.error(`event ${message.seq} of ${message.subject} is malformed:`, error);
    return message.term('malformed');
  }
  if (event) await handle(event);
  message.ack();
}
