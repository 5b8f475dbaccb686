import { type Consumer, DeliverPolicy, JetStreamApiCodes, type JsMsg } from '@nats-io/jetstream';
import type { Broker } from '@punctual/chassis';
import { Instant, type Reminder, ReminderId, type SentReminder, Uuid, Version } from '@punctual/contracts';
import { z } from 'zod';
import { reading } from '../changes/follow-stream.ts';
import { isMissing } from './read-facts.ts';

/** How long before the moment that the ledger noted, which is that of the last try, the event may have been stored. */
const beforeMs = 10_000;
const afterMs = 60_000;
/** For all of them, also where ten thousand were sent in the same minute. */
const timeoutMs = 3_000;

/**
 * The `reminder.due` of the reminders that count as sent, without what became of it. The stream's subjects name no assignment, so all
 * that reminders told around the same moment comes by. One that is not found is left out.
 */
export async function findSent(broker: Broker, reminders: readonly Reminder[]): Promise<SentReminder[]> {
  const deadline = performance.now() + timeoutMs;
  const found: SentReminder[] = [];
  for (const { id, sentAt } of reminders) {
    const event = sentAt !== null && (await findDue(broker, { id, sentAt: Date.parse(sentAt) }, deadline));
    if (event) found.push(event);
  }
  return found;
}

type Sought = { id: string; sentAt: number };

async function findDue(broker: Broker, sought: Sought, deadline: number): Promise<SentReminder | undefined> {
  try {
    const consumer = await broker.jetstream.consumers.get('REMINDER', {
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(sought.sentAt - beforeMs).toISOString(),
    });
    try {
      return await readUntilFound(consumer, sought, deadline);
    } finally {
      await consumer.delete().catch(() => undefined);
    }
  } catch (error) {
    if (isMissing(error, JetStreamApiCodes.StreamNotFound)) return undefined;
    throw error;
  }
}

async function readUntilFound(
  consumer: Consumer,
  { id, sentAt }: Sought,
  deadline: number,
): Promise<SentReminder | undefined> {
  if ((await consumer.info(true)).num_pending === 0) return undefined;
  const messages = await consumer.consume(reading);
  try {
    for await (const message of messages) {
      const event = toSent(message, id);
      if (event) return event;
      const isOver = message.time.getTime() > sentAt + afterMs || performance.now() > deadline;
      if (isOver || message.info.pending === 0) return undefined;
    }
  } finally {
    await messages.close();
  }
  return undefined;
}

const Due = z.object({
  id: Uuid,
  time: Instant,
  traceparent: z.string().optional(),
  data: z.object({ reminderId: ReminderId, reminderSequence: Version }),
});

function toSent(message: JsMsg, reminderId: string): SentReminder | undefined {
  if (message.subject !== 'reminder.due') return undefined;
  const body = message.string();
  // Thousands of others may come by, and are not worth parsing.
  if (!body.includes(reminderId)) return undefined;
  const event = readDue(body);
  if (event?.data.reminderId !== reminderId) return undefined;
  return {
    reminderId,
    id: event.id,
    type: 'reminder.due',
    version: event.data.reminderSequence,
    traceId: event.traceparent?.split('-')[1] ?? null,
    createdAt: event.time,
    publishedAt: message.time.toISOString(),
    streamSequence: message.seq,
    consumers: [],
  };
}

/** Undefined for what is against its contract: it may be just what is to be explained. */
function readDue(body: string): z.infer<typeof Due> | undefined {
  try {
    return Due.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
