import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
} from '@punctual/contracts';

export type Streams = { schedule: ScheduleEvent[]; reminder: ReminderEvent[]; payout: PayoutEvent[] };

/** Everything that the streams hold of these assignments, in the order of the streams. */
export async function readStreams(natsUrl: string, ...assignmentIds: string[]): Promise<Streams> {
  const ids = new Set(assignmentIds);
  const events = async <E extends { subject: string }>(stream: string, read: (json: unknown) => E | undefined) =>
    (await readAll(natsUrl, stream)).map(read).filter((event) => event !== undefined && ids.has(event.subject)) as E[];
  return {
    schedule: await events('SCHEDULE', readScheduleEvent),
    reminder: await events('REMINDER', readReminderEvent),
    payout: await events('PAYOUT', readPayoutEvent),
  };
}

/** The bodies of all messages that a stream holds now. */
export async function readAll(natsUrl: string, stream: string): Promise<unknown[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const { messages } = (await manager.streams.info(stream)).state;
    if (messages === 0) return [];
    const consumer = await jetstream(connection).consumers.get(stream);
    const bodies: unknown[] = [];
    for await (const message of await consumer.fetch({ max_messages: messages, expires: 10_000 })) {
      bodies.push(message.json());
      if (bodies.length === messages) break;
    }
    return bodies;
  } finally {
    await connection.close();
  }
}
