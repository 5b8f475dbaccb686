import { setTimeout as delay } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';

/** The connection of the instance that leads, or wants to. */
export type LeaderSession = {
  /** Takes the database's advisory lock if nobody has it; it is held as long as the session lives. */
  tryToLead(): Promise<boolean>;
  /** To be called at least once a second. Each answer renews the lease. */
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** Whether PostgreSQL cannot have given the lock to another yet, whatever has happened to this process meanwhile. */
  holds(): boolean;
  /** Rejects when the session has ended. */
  readonly lost: Promise<never>;
  end(): Promise<void>;
};

/**
 * PostgreSQL ends the session of a leader that says nothing for so long. Keepalive alone would not do: the kernel answers it for a
 * process that hangs or is stopped.
 */
const silentMs = 4_000;
/** Less than that by what a message may take to NATS. */
const leaseMs = 3_000;
const answerMs = 5_000;
const goodbyeMs = 1_000;

const settings = {
  idle_session_timeout: silentMs,
  // Of one statement too, half received or waiting for a lock.
  transaction_timeout: silentMs,
  // A peer that is gone without a word.
  tcp_user_timeout: silentMs,
  tcp_keepalives_idle: 2,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
  // A mark that a crash of PostgreSQL undoes means a second publish with the same id, and the stream drops it.
  synchronous_commit: 'off',
  // All that is asked here has an index in the right order. In a table that nobody has analysed PostgreSQL does not trust it to be short.
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
};

/** Opens a session that does not outlive its process, nor its process's ability to speak, by more than five seconds. */
export async function openLeaderSession({ url, name }: { url: string; name: string }): Promise<LeaderSession> {
  const client = new Client({
    connectionString: url,
    application_name: `${name} outbox relay`,
    options: Object.entries(settings)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  });
  let renewedAt = Number.NEGATIVE_INFINITY;
  let alive = true;
  const lost = new Promise<never>((_resolve, reject) =>
    // More than one may come: what PostgreSQL says last, and that the connection is gone.
    client.on('error', (error) => {
      alive = false;
      reject(error);
    }),
  );
  lost.catch(() => {});

  const end = async () => {
    alive = false;
    // A network that is cut lets nobody say goodbye.
    await Promise.race([client.end().catch(() => {}), delay(goodbyeMs)]);
  };
  await client.connect().catch(async (error) => {
    await end();
    throw error;
  });

  const query = async <R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> => {
    const sentAt = performance.now();
    const { rows } = await client.query<R>(text, values);
    renewedAt = Math.max(renewedAt, sentAt);
    return rows;
  };
  return {
    query,
    tryToLead: async () => {
      const [row] = await query<{ leads: boolean }>(
        `select pg_try_advisory_lock(hashtextextended('outbox relay', 0)) as leads`,
      );
      return row?.leads === true;
    },
    holds: () => alive && performance.now() - renewedAt < leaseMs,
    lost,
    end,
  };
}
