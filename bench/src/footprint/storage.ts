import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { natsSignIn } from '@punctual/devstack';
import { MongoClient } from 'mongodb';
import type pg from 'pg';

/** Bytes by place: a table, a stream, a collection. */
export type Bytes = Record<string, number>;

/** Tables and indexes of a database of PostgreSQL, by table. */
export async function tableBytes(database: pg.Client, prefix: string): Promise<Bytes> {
  const { rows } = await database.query<{ name: string; bytes: string }>(
    `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [`${prefix}.${name}`, Number(bytes)]));
}

/** What the server has written to its log since it was created, for all its databases. */
export async function walBytes(database: pg.Client): Promise<number> {
  const { rows } = await database.query(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bytes`);
  return Number(rows[0].bytes);
}

/** Messages and bytes of every stream, of one replica: the services' own, and the gateway's copies. */
export async function streamBytes(natsUrl: string): Promise<{ bytes: Bytes; messages: Bytes }> {
  const bytes: Bytes = {};
  const messages: Bytes = {};
  for (const user of ['ops', 'gateway'] as const) {
    const connection = await connect({ servers: natsUrl, ...natsSignIn(user) });
    try {
      const manager = await jetstreamManager(connection);
      for (const name of ['SCHEDULE', 'REMINDER', 'PAYOUT']) {
        const { state } = await manager.streams.info(name);
        const place = user === 'ops' ? name : `${name}, copy for the gateway`;
        bytes[place] = state.bytes;
        messages[place] = state.messages;
      }
    } finally {
      await connection.close();
    }
  }
  return { bytes, messages };
}

/** Documents and indexes of the reminders' store, by collection, as the store reports them. */
export async function collectionBytes(url: string): Promise<{ engine: string; bytes: Bytes }> {
  const client = await MongoClient.connect(url);
  try {
    const database = client.db();
    const info = await database.admin().command({ buildInfo: 1 });
    const bytes: Bytes = {};
    for (const { name } of await database.listCollections().toArray()) {
      const { storageSize = 0, totalIndexSize = 0 } = await database.command({ collStats: name });
      bytes[name] = Number(storageSize) + Number(totalIndexSize);
    }
    return { engine: info.ferretdb ? `FerretDB ${info.ferretdb.version}` : `MongoDB ${info.version}`, bytes };
  } finally {
    await client.close();
  }
}
