import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Turns a copy of a cluster into a standby that streams the log of a primary. */
export async function makeStandby(data: string, primaryUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(primaryUrl);
  const primary = `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
}

/** Makes a standby take over: from then on it takes writes. @throws when it does not within a minute */
export async function promote(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ isPromoted: boolean }>('select pg_promote() as "isPromoted"');
    if (!rows[0]?.isPromoted) throw new Error('The standby did not take over.');
  } finally {
    await client.end();
  }
}
