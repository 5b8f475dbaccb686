import type { JsMsg } from '@nats-io/jetstream';
import { type Broker, readStream } from '@punctual/chassis';
import { Instant, type Reminder, ReminderId, type SentReminder, Uuid, Version } from '@punctual/contracts';
import { z } from 'zod';

/**
 * How long before `sentAt` the event may have been stored: the ledger has the time of the last
 * attempt.
 */
const before = { seconds: 10 };
const after = { seconds: 60 };
/** For all reminders together, even if ten thousand were sent in the same minute. */
const timeoutMs = 3_000;

/**
 * Finds the `reminder.due` events of sent reminders. Reads every event from around that time, since
 * subjects do not name assignments. Leaves out those that it does not find.
 */
export async function findSent(broker: Broker, reminders: readonly Reminder[]): Promise<SentReminder[]> {
  const deadline = performance.now() + timeoutMs;
  const found: SentReminder[] = [];
  for (const { id, sentAt } of reminders) {
    const sought = sentAt !== null && { id, sentAt: Temporal.Instant.from(sentAt) };
    const event = sought && (await findDue(broker, sought, deadline));
    if (event) found.push(event);
  }
  return found;
}

type Sought = { id: string; sentAt: Temporal.Instant };

async function findDue(broker: Broker, { id, sentAt }: Sought, deadline: number): Promise<SentReminder | undefined> {
  const until = sentAt.add(after).epochMilliseconds;
  for await (const message of readStream(broker, 'REMINDER', { since: sentAt.subtract(before) })) {
    const event = toSent(message, id);
    if (event) return event;
    if (message.time.getTime() > until || performance.now() > deadline) return undefined;
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
  // Parsing the thousands of others would take most of the time.
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

/** @returns undefined for a malformed event, which may be the very reason for the explanation */
function readDue(body: string): z.infer<typeof Due> | undefined {
  try {
    return Due.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
