import { setTimeout as delay } from 'node:timers/promises';
import { type ConsumerInfo, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type pg from 'pg';

const pauseMs = 100;
/** At least two polls in a row with nothing to do, since what one consumer does the next one hears of. */
const quietPolls = 3;

/** Resolves when scheduling has published every event, and everybody has consumed what follows from it. */
export async function untilSettled(database: pg.Client, natsUrl: string): Promise<void> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const consumers = async (): Promise<ConsumerInfo[]> => {
      const streams = await Promise.all(
        ['SCHEDULE', 'REMINDER', 'PAYOUT'].map((name) => manager.consumers.list(name).next()),
      );
      return streams.flat();
    };
    for (let quiet = 0; quiet < quietPolls; ) {
      const { rows } = await database.query('select 1 from outbox where published_at is null limit 1');
      const busy = (await consumers()).some(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending > 0);
      quiet = busy || rows.length > 0 ? 0 : quiet + 1;
      await delay(pauseMs);
    }
  } finally {
    await connection.close();
  }
}
