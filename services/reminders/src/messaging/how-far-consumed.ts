import { type Broker, consumerInfo } from '@punctual/chassis';
import { consumers } from '@punctual/contracts';

/** How far our consumers have read SCHEDULE. */
export type Consumed = {
  /** Tells the consumer from another of its name: it begins again when the stream does. */
  source: string;
  /** Beyond this, no event was acknowledged. */
  delivered: number;
  /** Up to here, one of our consumers has acknowledged all that it reads. */
  acknowledged: number;
  /** Up to here, all have. */
  settled: number;
};

/** Undefined while the consumer of the schedule or its stream is missing. */
export async function howFarConsumed(nats: Pick<Broker, 'manager'>): Promise<Consumed | undefined> {
  const [schedule, person] = await Promise.all(
    [consumers.remindersSchedule, consumers.remindersPerson].map(({ stream, durable }) =>
      consumerInfo(nats, stream, durable),
    ),
  );
  if (!schedule) return undefined;
  const all = person ? [schedule, person] : [schedule];
  const floors = all.map(({ ack_floor }) => ack_floor.stream_seq);
  const waiting = all.filter(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending > 0);
  const acknowledged = Math.max(...floors);
  return {
    source: String(schedule.created),
    delivered: Math.max(...all.map(({ delivered }) => delivered.stream_seq)),
    acknowledged,
    settled: Math.min(acknowledged, ...waiting.map(({ ack_floor }) => ack_floor.stream_seq)),
  };
}
