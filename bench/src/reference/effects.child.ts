import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';

// Consumes messages and inserts rows as two separate tasks, without any logic between them.

/** A task from the parent; the response is the seconds it took. */
export type EffectsTask =
  | { task: 'consume'; stream: string; fromSequence: number; messages: number }
  | { task: 'insert'; tables: readonly string[]; batches: number };

const connection = await connect({ servers: process.env.NATS_URL ?? '' });
const database = new pg.Client(process.env.DATABASE_URL);
await database.connect();

process.on('message', async (asked: EffectsTask) => {
  const seconds = asked.task === 'consume' ? await consume(asked) : await insert(asked);
  process.send?.({ seconds });
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

async function consume({ stream, fromSequence, messages }: EffectsTask & { task: 'consume' }): Promise<number> {
  const manager = await jetstreamManager(connection);
  const { name } = await manager.consumers.add(stream, {
    durable_name: 'bench-reference',
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: fromSequence,
  });
  const consumer = await jetstream(connection).consumers.get(stream, name);
  const start = performance.now();
  let taken = 0;
  for await (const message of await consumer.consume({ max_messages: 400 })) {
    message.ack();
    taken += 1;
    if (taken === messages) break;
  }
  await connection.flush();
  const seconds = (performance.now() - start) / 1_000;
  await manager.consumers.delete(stream, name);
  return seconds;
}

/**
 * Inserts the rows of the tables into copies with all indexes and constraints, in this many
 * transactions.
 */
async function insert({ tables, batches }: EffectsTask & { task: 'insert' }): Promise<number> {
  await database.query('drop schema if exists reference cascade; create schema reference');
  const statements: { sql: string; rows: string[] }[] = [];
  for (const table of tables) {
    await database.query(`create table reference.${table} (like ${table} including all)`);
    const { rows } = await database.query<{ row: string }>(
      `select (to_jsonb(t) - 'position')::text as row from ${table} t`,
    );
    const columns = Object.keys(JSON.parse(rows[0]?.row ?? '{}')).join(', ');
    const source = `json_populate_recordset(null::reference.${table}, $1)`;
    statements.push({
      sql: `insert into reference.${table} (${columns}) select ${columns} from ${source}`,
      rows: rows.map(({ row }) => row),
    });
  }
  const start = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    await database.query('begin');
    for (const { sql, rows } of statements) {
      const part = rows.slice((batch * rows.length) / batches, ((batch + 1) * rows.length) / batches);
      await database.query(sql, [`[${part.join(',')}]`]);
    }
    await database.query('commit');
  }
  return (performance.now() - start) / 1_000;
}
