import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import pg from 'pg';

/** What the sandbox reads of a running stack, to move its clock without outrunning it. */
export type StackState = {
  /** When something happens by itself next, after `from` and before `to`: a reminder or an expiry. */
  nextMoment(from: Temporal.Instant, to: Temporal.Instant): Promise<Temporal.Instant | undefined>;
  /** Whether all that was due at `now` has happened, and every event is published and consumed. */
  isSettled(now: Temporal.Instant): Promise<boolean>;
  close(): Promise<void>;
};

export type StackAddresses = { nats: string; mongo: string; databases: { scheduling: string; payouts: string } };

const streams = ['SCHEDULE', 'REMINDER', 'PAYOUT'];
const unsent = ['PLANNED', 'OVERDUE', 'SENDING'];

/** Reads the servers directly: the sandbox needs to know what no API tells. */
export async function openStackState({ nats, mongo, databases }: StackAddresses): Promise<StackState> {
  const connection = await connect({ servers: nats, name: 'sandbox clock', maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection);
  const client = await new MongoClient(mongo).connect();
  const reminders = client.db().collection<{ state: string; sendAt: Date }>('reminders');
  const scheduling = new pg.Pool({ connectionString: databases.scheduling, max: 1 });
  const payouts = new pg.Pool({ connectionString: databases.payouts, max: 1 });
  // A connection that is lost while idle is replaced by the next query.
  for (const pool of [scheduling, payouts]) pool.on('error', () => undefined);

  const nextReminder = async (from: Date, to: Date) =>
    (await reminders.findOne({ state: 'PLANNED', sendAt: { $gt: from, $lt: to } }, { sort: { sendAt: 1 } }))?.sendAt;
  const nextExpiry = async (from: Date, to: Date): Promise<Date | undefined> => {
    const { rows } = await scheduling.query(
      `select min(proposal_expires_at) as at from assignment
        where status = 'PROPOSED' and proposal_expires_at > $1 and proposal_expires_at < $2`,
      [from, to],
    );
    return rows[0].at ?? undefined;
  };
  const isSent = async (now: Date) => !(await reminders.findOne({ state: { $in: unsent }, sendAt: { $lte: now } }));
  const isExpired = async (now: Date) => {
    const due = `select from assignment where status = 'PROPOSED' and proposal_expires_at <= $1 limit 1`;
    return (await scheduling.query(due, [now])).rowCount === 0;
  };
  const isPublished = async (database: pg.Pool) =>
    (await database.query('select from outbox where published_at is null limit 1')).rowCount === 0;
  const isConsumed = async (stream: string) => {
    for await (const { config, num_pending, num_ack_pending } of manager.consumers.list(stream))
      if (config.durable_name && num_pending + num_ack_pending > 0) return false;
    return true;
  };

  return {
    nextMoment: async (from, to) => {
      const range = [new Date(from.epochMilliseconds), new Date(to.epochMilliseconds)] as const;
      const moments = (await Promise.all([nextReminder(...range), nextExpiry(...range)])).filter(
        (at) => at !== undefined,
      );
      return moments
        .map((at) => Temporal.Instant.fromEpochMilliseconds(at.getTime()))
        .sort(Temporal.Instant.compare)[0];
    },
    isSettled: async (now) => {
      const at = new Date(now.epochMilliseconds);
      const parts = [
        isSent(at),
        isExpired(at),
        isPublished(scheduling),
        isPublished(payouts),
        ...streams.map(isConsumed),
      ];
      return (await Promise.all(parts)).every(Boolean);
    },
    close: async () => {
      await Promise.all([client.close(), connection.close(), scheduling.end(), payouts.end()]);
    },
  };
}
