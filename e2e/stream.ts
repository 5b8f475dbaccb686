import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
} from '@punctual/contracts';
import { connectPeer } from '@punctual/testkit';

export type Streams = { schedule: ScheduleEvent[]; reminder: ReminderEvent[]; payout: PayoutEvent[] };

/** Returns the events of these assignments on every stream, in stream order. */
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

/** Returns the bodies of all messages that a stream holds now. */
export async function readAll(natsUrl: string, stream: string): Promise<unknown[]> {
  const peer = await connectPeer({ NATS_URL: natsUrl });
  try {
    return (await peer.readStream(stream)).map((message) => message.json());
  } finally {
    await peer.stop();
  }
}
