import type pg from 'pg';
import { nextMessage, startChild, stopChild } from '../child.ts';

export type ReferenceServer = { url: string; stop(): Promise<void> };

const schema = 'reference';

/**
 * Starts the reference server on copies of scheduling's tables, with all their constraints and
 * indexes.
 */
export async function startReferenceServer(database: pg.Client, databaseUrl: string): Promise<ReferenceServer> {
  await database.query(copyOfTables);
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${schema},public`);
  const child = startChild(new URL('server.child.ts', import.meta.url), { DATABASE_URL: url.href });
  const { port } = await nextMessage<{ port: number }>(child);
  return { url: `http://127.0.0.1:${port}`, stop: () => stopChild(child) };
}

/** Copies scheduling's rows into the tables of the reference server. */
export async function copyRows(database: pg.Client): Promise<void> {
  for (const table of ['job', 'assignment']) await database.query(`insert into ${schema}.${table} table ${table}`);
}

/** `like` copies everything but foreign keys and the fill factor. */
const copyOfTables = `
  create schema ${schema};
  create table ${schema}.job (like job including all);
  create table ${schema}.assignment (like assignment including all, foreign key (job_id) references ${schema}.job)
    with (fillfactor = 80);
  create table ${schema}.assignment_timeline (like assignment_timeline including all,
    foreign key (assignment_id) references ${schema}.assignment);
  create table ${schema}.outbox (like outbox including all);`;
