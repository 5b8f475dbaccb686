import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';

// What a backlog is compared with: taking and acknowledging the messages, and inserting the rows; nothing between the two.

/** What the process is told, and what it answers to: the seconds that it took. */
export type BareTask =
  | { task: 'consume'; stream: string; fromSequence: number; messages: number }
  | { task: 'insert'; tables: readonly string[]; batches: number };

const connection = await connect({ servers: process.env.NATS_URL ?? '' });
const database = new pg.Client(process.env.DATABASE_URL);
await database.connect();

process.on('message', async (asked: BareTask) => {
  const seconds = asked.task === 'consume' ? await consume(asked) : await insert(asked);
  process.send?.({ seconds });
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

async function consume({ stream, fromSequence, messages }: BareTask & { task: 'consume' }): Promise<number> {
  const manager = await jetstreamManager(connection);
  const { name } = await manager.consumers.add(stream, {
    durable_name: 'bare',
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

/** Inserts again what lies in the tables, into copies of them with all that is indexed and checked, in so many transactions. */
async function insert({ tables, batches }: BareTask & { task: 'insert' }): Promise<number> {
  await database.query('drop schema if exists bare cascade; create schema bare');
  const statements: { sql: string; rows: string[] }[] = [];
  for (const table of tables) {
    await database.query(`create table bare.${table} (like ${table} including all)`);
    const { rows } = await database.query<{ row: string }>(
      `select (to_jsonb(t) - 'position')::text as row from ${table} t`,
    );
    const columns = Object.keys(JSON.parse(rows[0]?.row ?? '{}')).join(', ');
    const source = `json_populate_recordset(null::bare.${table}, $1)`;
    statements.push({
      sql: `insert into bare.${table} (${columns}) select ${columns} from ${source}`,
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
