import type { BrokerHandle } from '@punctual/chassis';
import { z } from 'zod';

const subject = '$JS.API.STREAM.INFO.REMINDER';
const answerWithinMs = 1_500;

/** A limit of -1 is none. */
const StreamInfo = z.object({
  ts: z.coerce.date(),
  created: z.coerce.date(),
  config: z.object({ max_msgs: z.number(), max_bytes: z.number() }),
  state: z.object({ messages: z.number(), bytes: z.number(), last_seq: z.number() }),
});

/** The stream at one moment. */
export type ReminderStream = {
  /** NATS' clock. */
  now: Temporal.Instant;
  /** When it was created, in epoch milliseconds: tells it from another of its name. */
  createdAt: number;
  lastSequence: number;
};

/**
 * Checks that the REMINDER stream can take a reminder now. One that is decided while it cannot
 * would go out when the stream is back, however late and whatever has changed by then.
 * @throws when NATS or the stream is unavailable, or the stream is full
 */
export async function checkReminderStream(broker: BrokerHandle): Promise<ReminderStream> {
  await broker.check();
  const { connection } = await broker.connected();
  const answer = await connection.request(subject, '', { timeout: answerWithinMs });
  const { data: info } = StreamInfo.safeParse(answer.json());
  if (!info) throw new Error('the stream REMINDER is missing');
  const isFull = (limit: number, used: number) => limit > 0 && used >= limit;
  if (isFull(info.config.max_msgs, info.state.messages) || isFull(info.config.max_bytes, info.state.bytes)) {
    throw new Error('the stream REMINDER is full');
  }
  return {
    now: Temporal.Instant.fromEpochMilliseconds(info.ts.getTime()),
    createdAt: info.created.getTime(),
    lastSequence: info.state.last_seq,
  };
}
