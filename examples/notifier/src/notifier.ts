import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type ReminderEvent, readReminderEvent } from '@punctual/contracts';
import { lineOf } from './line-of.ts';
import type { SentLines } from './sent-lines.ts';

export type NotifierDeps = { connection: NatsConnection; sent: SentLines };

const durable = 'notifier';

/**
 * Sends a line for every `reminder.due`: those of before its first start too, and each once, however often it comes.
 * @param signal ends it, after the event that it is at
 */
export async function notify(deps: NotifierDeps, signal: AbortSignal): Promise<void> {
  const manager = await jetstreamManager(deps.connection);
  await manager.consumers.add('REMINDER', {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    filter_subject: 'reminder.due',
  });
  const consumer = await jetstream(deps.connection).consumers.get('REMINDER', durable);
  const messages = await consumer.consume({ max_messages: 32 });
  signal.addEventListener('abort', () => void messages.close(), { once: true });
  for await (const message of messages) await receive(deps, message);
}

/** Acknowledges only what is done. Should sending fail, the process ends, and the event comes again to the next one. */
async function receive({ sent }: NotifierDeps, message: JsMsg): Promise<void> {
  let event: ReminderEvent | undefined;
  try {
    event = readReminderEvent(message.json());
  } catch (error) {
    // It would break the contract the next time, too.
    console.error(`event ${message.seq} of ${message.subject} is malformed:`, error);
    return message.term('malformed');
  }
  if (event?.type === 'reminder.due' && !sent.has(event.id)) await sent.add(event.id, lineOf(event));
  message.ack();
}
