import type { BrokerHandle } from '@punctual/chassis';
import { z } from 'zod';

const subject = '$JS.API.STREAM.INFO.REMINDER';
const answerWithinMs = 1_500;

/** Of the limits, -1 is none. */
const StreamInfo = z.object({
  ts: z.coerce.date(),
  config: z.object({ max_msgs: z.number(), max_bytes: z.number() }),
  state: z.object({ messages: z.number(), bytes: z.number() }),
});

/**
 * Asks NATS whether the stream that reminders go to could take one now. What is decided while it could not would go out when it is back,
 * however late and whatever has changed by then.
 * @returns NATS' clock
 * @throws when NATS or the stream is away, or the stream is full
 */
export async function askReminderStream(broker: BrokerHandle): Promise<Date> {
  await broker.check();
  const { connection } = await broker.connected();
  const answer = await connection.request(subject, '', { timeout: answerWithinMs });
  const { data: info } = StreamInfo.safeParse(answer.json());
  if (!info) throw new Error('the stream REMINDER is not there');
  const isFull = (limit: number, used: number) => limit > 0 && used >= limit;
  if (isFull(info.config.max_msgs, info.state.messages) || isFull(info.config.max_bytes, info.state.bytes)) {
    throw new Error('the stream REMINDER is full');
  }
  return info.ts;
}
