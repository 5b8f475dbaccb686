import { scheduleEvents } from '@punctual/contracts';
import type pg from 'pg';

const versions = 5;
const perStatement = 100_000;

/**
 * Fills the outbox with events that were published eight to nine days ago, oldest first, five of
 * each assignment, and leaves no work to autovacuum.
 */
export async function fillOutbox(database: pg.Client, rows: number, log: (line: string) => void): Promise<void> {
  const payload = JSON.stringify(scheduleEvents['schedule.confirmed'].example);
  const aggregates = Math.ceil(rows / versions);
  for (let from = 0; from < aggregates; from += perStatement) {
    const to = Math.min(aggregates, from + perStatement);
    await database.query(
      `with aggregate as materialized (
        select n, uuidv7(age) as id, now() + age as made
          from generate_series($1::int, $2::int - 1) as n,
            lateral (select n::float / $3 * interval '1 day' - interval '9 days' as age) as ages)
      insert into outbox (id, aggregate_id, aggregate_version, type, payload, created_at, published_at, stream_sequence)
        select uuidv7(made - now()), id, version, 'schedule.confirmed', $4, made, made, n * ${versions} + version
          from aggregate, generate_series(1, ${versions}) as version order by n, version`,
      [from, to, aggregates, payload],
    );
    log(`${to * versions} rows are there`);
  }
  await database.query('vacuum analyze outbox');
}
