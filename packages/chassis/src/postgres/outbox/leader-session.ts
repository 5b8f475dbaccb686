import { setTimeout as delay } from 'node:timers/promises';
import type { QueryResult, QueryResultRow } from 'pg';
import { SessionClient } from '../session-client.ts';
import { type SessionSettings, setLocal } from '../session-settings.ts';
import type { PostgresUrl } from '../url.ts';

/** The connections of the instance that leads, or wants to. */
export type LeaderSession = {
  /**
   * Takes the database's advisory lock if it is free, and holds it while its transaction is open.
   * @throws when the database takes no writes: a standby gives its own lock to anyone, and nothing
   * can be marked
   */
  tryToLead(): Promise<boolean>;
  /**
   * To be called at least once a second while it leads: it renews the lease, too.
   * @param name of a statement that is planned once, where no pooler stands between
   */
  query<R extends QueryResultRow>(text: string, values?: unknown[], name?: string): Promise<R[]>;
  /**
   * Whether PostgreSQL cannot have given the lock to another yet, whatever has happened to this
   * process meanwhile.
   */
  holds(): boolean;
  /** Whether a pooler stands between. */
  readonly isShared: boolean;
  /** Rejects when the session has ended. */
  readonly lost: Promise<never>;
  end(): Promise<void>;
};

export type LeaderSessionDeps = {
  url: PostgresUrl;
  /** Of the service. */
  name: string;
  /** Gives up a connection that is being made. */
  signal?: AbortSignal;
};

/**
 * PostgreSQL ends the session of a leader that is silent for this long. TCP keepalive is not
 * enough: the kernel answers it for a process that hangs or is stopped.
 */
const silentMs = 4_000;
/** Shorter by the time that a message may take to NATS. */
const leaseMs = 3_000;
const renewMs = 500;
const answerMs = 5_000;
const goodbyeMs = 1_000;

/**
 * For the transaction that holds the lock. It may be open for weeks, but reads no table, so it
 * blocks neither vacuum nor migrations.
 */
const ofLock: SessionSettings = {
  idle_in_transaction_session_timeout: silentMs,
  statement_timeout: silentMs,
  transaction_timeout: 0,
  // A peer that vanished.
  tcp_user_timeout: silentMs,
  tcp_keepalives_idle: 2,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 2,
};

/** For the connection that reads and marks rows. */
const ofWork: SessionSettings = {
  // Bounds a single statement too, such as one that waits for a lock.
  transaction_timeout: silentMs,
  // A mark that a crash of PostgreSQL undoes means a second publish with the same id, and the
  // stream drops it.
  synchronous_commit: 'off',
  // Every query here has an index in the right order, which PostgreSQL avoids in a table without
  // statistics.
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
};

/**
 * Opens the session of a leader. Once the process dies or hangs, the lock is free within five
 * seconds. It belongs to a transaction, since a pooler may share a session between clients, but
 * never a transaction (ADR 0011).
 */
export async function openLeaderSession({ url, name, signal }: LeaderSessionDeps): Promise<LeaderSession> {
  let alive = true;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let work: Promise<SessionClient> | undefined;
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => {});

  const open = async (settings: SessionSettings = {}) => {
    const applicationName = `${name} outbox relay`;
    const client = new SessionClient(url, { applicationName, settings, config: { query_timeout: answerMs } });
    const abandon = () => client.abandon();
    signal?.addEventListener('abort', abandon, { once: true });
    await client.connect().finally(() => signal?.removeEventListener('abort', abandon));
    // Several may follow: PostgreSQL's last message, then the end of the connection.
    client.on('error', (error) => {
      alive = false;
      reject(error);
    });
    return client;
  };
  const lock = await open();

  const renew = async () => {
    const sentAt = performance.now();
    if (sentAt - renewedAt < renewMs) return;
    await lock.query('select 1');
    renewedAt = Math.max(renewedAt, sentAt);
  };
  return {
    tryToLead: async () => {
      const sentAt = performance.now();
      // One message, so that a process that hangs midway never holds the lock without these
      // settings.
      const results = (await lock.query(`begin; ${setLocal(ofLock)};
        select case current_setting('transaction_read_only')
          when 'off' then pg_try_advisory_xact_lock(hashtextextended('outbox relay', 0)) end as leads`)) as unknown as QueryResult<{
        leads: boolean | null;
      }>[];
      const leads = results.at(-1)?.rows[0]?.leads;
      if (!leads) await lock.query('rollback');
      if (leads === null) throw new Error('The database takes no writes.');
      if (!leads) return false;
      renewedAt = sentAt;
      return true;
    },
    query: async <R extends QueryResultRow>(text: string, values: unknown[] = [], name?: string): Promise<R[]> => {
      work ??= open(ofWork);
      const client = await work;
      const query = { text, values, ...(name !== undefined && !client.isShared && { name }) };
      const [{ rows }] = await Promise.all([client.query<R>(query), renew()]);
      return rows;
    },
    holds: () => alive && performance.now() - renewedAt < leaseMs,
    isShared: lock.isShared,
    lost,
    end: async () => {
      alive = false;
      // A clean end needs the network; without it the clients are abandoned.
      const clients = [lock, await work?.catch(() => undefined)];
      const ended = clients.map((client) => client?.end().catch(() => {}));
      await Promise.race([Promise.all(ended), delay(goodbyeMs)]);
      for (const client of clients) client?.abandon();
    },
  };
}
