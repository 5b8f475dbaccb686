import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** A fault that leaves a database reachable but unusable until `heal` is called. */
export type Trouble = { name: string; spoil(): Promise<void>; heal(): Promise<void> };

/**
 * A database whose owner is not a superuser, since limits and permissions do not apply to
 * superusers.
 */
export type SpoilableDatabase = { url: string; troubles: readonly Trouble[]; stop(): Promise<void> };

/**
 * Hands an empty database to a new role.
 * @param databaseUrl as a superuser reaches it
 */
export async function spoilableDatabase(databaseUrl: string): Promise<SpoilableDatabase> {
  const url = new URL(databaseUrl);
  const [name, role, password] = [url.pathname.slice(1), `owner_${randomUUID()}`, randomUUID()];
  const [database, away, owner] = [name, `away_${name}`, role].map(pg.escapeIdentifier);
  const run = async (inside: boolean, ...statements: string[]) => {
    const server = new URL(databaseUrl);
    if (!inside) server.pathname = '/postgres';
    const client = new pg.Client({ connectionString: server.href });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const onServer = (...statements: string[]) => run(false, ...statements);
  const within = (...statements: string[]) => run(true, ...statements);
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where usename = ${pg.escapeLiteral(role)}`;

  await onServer(
    `create role ${owner} login password ${pg.escapeLiteral(password)}`,
    `alter database ${database} owner to ${owner}`,
  );
  Object.assign(url, { username: role, password });

  const trouble = (name: string, spoil: () => Promise<void>, heal: () => Promise<void>) => ({ name, spoil, heal });
  const troubles = [
    trouble(
      'read-only',
      () => onServer(`alter role ${owner} in database ${database} set default_transaction_read_only = on`, cut),
      () => onServer(`alter role ${owner} in database ${database} reset default_transaction_read_only`),
    ),
    trouble(
      'renamed away',
      async () => {
        await onServer(`alter database ${database} allow_connections false`, cut);
        await untilDone(() => onServer(`alter database ${database} rename to ${away}`));
      },
      () =>
        onServer(`alter database ${away} rename to ${database}`, `alter database ${database} allow_connections true`),
    ),
    trouble(
      'another password',
      () => onServer(`alter role ${owner} password 'another'`, cut),
      () => onServer(`alter role ${owner} password ${pg.escapeLiteral(password)}`),
    ),
    trouble(
      'no connection left',
      () => onServer(`alter role ${owner} connection limit 0`, cut),
      () => onServer(`alter role ${owner} connection limit -1`),
    ),
    trouble(
      'no permission',
      () => within(`revoke insert, update, delete on all tables in schema public from ${owner}`),
      () => within(`grant all on all tables in schema public to ${owner}`),
    ),
    trouble(
      'its tables away',
      () => within('alter schema public rename to away'),
      () => within('alter schema away rename to public'),
    ),
    trouble(
      'a full disk',
      () => within(fullDisk),
      () => within('drop function full_disk cascade'),
    ),
  ];
  return {
    url: url.href,
    troubles,
    stop: () =>
      within(cut, `reassign owned by ${owner} to current_user`, `drop owned by ${owner}`, `drop role ${owner}`),
  };
}

/** Fails every write as PostgreSQL does when it cannot extend a file. */
const fullDisk = `
  create function full_disk() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
  end $$;
  do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' loop
      execute format('create trigger full_disk before insert or update or delete on %I execute function full_disk()', name);
    end loop;
  end $$`;

/** Terminated sessions may take a moment to end. */
async function untilDone(act: () => Promise<void>): Promise<void> {
  for (let left = 50; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
