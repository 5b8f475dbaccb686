import pg from 'pg';

/**
 * Copies a database as it is at one moment, to another database of its server. Its clients are
 * disconnected, and kept away for a moment.
 */
export async function copyDatabase(url: string, copy: string): Promise<void> {
  const name = nameOf(url);
  await onServer(url, async (client) => {
    await client.query(`drop database if exists ${copy} with (force)`);
    await client.query(`alter database ${name} with allow_connections false`);
    try {
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await client.query(`create database ${copy} template ${name}`);
    } finally {
      await client.query(`alter database ${name} with allow_connections true`);
    }
  });
}

/** Replaces a database by a copy of it, which is gone then. */
export async function putBack(url: string, copy: string): Promise<void> {
  const name = nameOf(url);
  await onServer(url, async (client) => {
    await client.query(`drop database ${name} with (force)`);
    await client.query(`alter database ${copy} rename to ${name}`);
  });
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
