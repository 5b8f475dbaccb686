import { setTimeout as delay } from 'node:timers/promises';
import { type ConsumerInfo, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type pg from 'pg';

const pauseMs = 100;
/** Several idle polls in a row, because one consumer's work causes work at the next. */
const idlePolls = 3;

/** Resolves when every outbox of these databases is published and all consumers are idle. */
export async function untilSettled(databases: readonly pg.Client[], natsUrl: string): Promise<void> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const consumers = async (): Promise<ConsumerInfo[]> => {
      const streams = await Promise.all(
        ['SCHEDULE', 'REMINDER', 'PAYOUT'].map((name) => manager.consumers.list(name).next()),
      );
      return streams.flat();
    };
    for (let idle = 0; idle < idlePolls; ) {
      const unpublished = await Promise.all(
        databases.map((each) => each.query('select 1 from outbox where published_at is null limit 1')),
      );
      const isBusy =
        unpublished.some(({ rows }) => rows.length > 0) ||
        (await consumers()).some(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending > 0);
      idle = isBusy ? 0 : idle + 1;
      await delay(pauseMs);
    }
  } finally {
    await connection.close();
  }
}
