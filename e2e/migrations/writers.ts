import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { SqlService } from './migrations.ts';

/** Statements as commands and events send them, by the table that they write. `$1` is a random number of a row. */
const writes: Record<SqlService, readonly string[]> = {
  scheduling: [
    "update job set updated_at = greatest(clock_timestamp(), updated_at) where id = md5('job ' || $1::int)::uuid",
    "update assignment set updated_at = clock_timestamp() where id = md5('visit ' || $1::int)::uuid",
    `insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
        provider_queue, created_at, updated_at)
      select gen_random_uuid(), gen_random_uuid(), 'New ' || $1::int, 'Europe/Berlin', 100, 'EUR', 'OPEN', 'REOPEN_QUOTES', '{}', now(), now()`,
    `insert into assignment_timeline (assignment_id, version, type, actor, source, before, after, at)
      values (md5('visit ' || $1::int)::uuid, 2 + (random() * 1000000000)::int, 'schedule.proposed', '{}', 'API', '{}', '{}', now())`,
  ],
  payouts: [
    "update assignment_view set version = version + 1 where assignment_id = md5('visit ' || $1::int)::uuid",
    "update payout set version = version + 1, updated_at = now() where id = md5('payout ' || ($1::int / 4 * 4))::uuid",
    `insert into payout_timeline (payout_id, version, type, actor, source, before, after, at)
      values (md5('payout ' || $1::int)::uuid, 2 + (random() * 1000000000)::int, 'payout.changed', '{}', 'API', '{}', '{}', now())`,
    `with seen as (insert into assignment_view (assignment_id, version, status)
        select gen_random_uuid(), $1::int, 'CONFIRMED' returning assignment_id)
      insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold,
          version, approvals, approvals_needed, dispute_settled, created_at, updated_at)
        select gen_random_uuid(), assignment_id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 100, 'EUR',
            'PENDING', false, 1, '[]', 1, false, now(), now() from seen`,
  ],
};

export type Writers = {
  /** The longest statement since the last call, in ms. Statements that still wait count. */
  longestMs(): number;
  stop(): Promise<void>;
};

/** Writes all the time as instances of 1.0.0 do, each statement on its own connection. */
export async function startWriters(service: SqlService, url: string, rows: number): Promise<Writers> {
  const clients = await Promise.all(writes[service].map(() => connect(url)));
  const begun = new Map<number, number>();
  let longest = 0;
  let isStopped = false;
  const write = async (sql: string, index: number) => {
    while (!isStopped) {
      begun.set(index, performance.now());
      await clients[index]?.query(sql, [1 + Math.floor(Math.random() * rows)]);
      longest = Math.max(longest, performance.now() - (begun.get(index) ?? 0));
      begun.delete(index);
      await delay(5);
    }
  };
  const running = Promise.all(writes[service].map(write));
  // `stop` reports it, unless the database goes first because the program is interrupted.
  running.catch(() => undefined);
  return {
    longestMs: () => {
      const waiting = [...begun.values()].map((since) => performance.now() - since);
      const result = Math.max(longest, ...waiting);
      longest = 0;
      return result;
    },
    stop: async () => {
      isStopped = true;
      await running;
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  // Its statement reports a lost connection.
  client.on('error', () => {});
  await client.connect();
  return client;
}
