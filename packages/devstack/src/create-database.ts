import pg from 'pg';

/**
 * Makes an empty database on a server that is reached as a superuser.
 * @returns the URL of the new database
 */
export async function createDatabase(postgresUrl: string, name: string): Promise<string> {
  await onServer(postgresUrl, `create database ${pg.escapeIdentifier(name)}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Removes a database, even while clients are connected to it. */
export async function dropDatabase(postgresUrl: string, name: string): Promise<void> {
  await onServer(postgresUrl, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
}

async function onServer(postgresUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
