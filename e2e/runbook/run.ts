import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import type { Role } from '@punctual/contracts';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import type { Scene } from './scene.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type Ended = { code: number | null; output: string };

/**
 * Runs a command line in the root of the checkout, without a terminal.
 * @param until ends it when its output matches, for commands that run until they are stopped
 */
export async function runShell(scene: Scene, line: string, options: { cwd?: string; until?: RegExp } = {}) {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: `${root}${options.cwd ?? ''}`,
    env: { ...process.env, ...scene.shell },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of processes, which ends as one.
    detached: true,
  });
  let output = '';
  const stop = () => child.pid && process.kill(-child.pid, 'SIGTERM');
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (options.until?.test(output)) stop();
    });
  }
  const tooLong = setTimeout(stop, 120_000);
  const [code] = await once(child, 'close');
  clearTimeout(tooLong);
  return { code, output } as Ended;
}

/** Runs a statement in the database of a service. */
export async function runSql(scene: Scene, service: 'scheduling' | 'payouts', statement: string) {
  const client = new Client({ connectionString: scene.world.databases[service] });
  await client.connect();
  try {
    const { rows, rowCount } = await client.query(statement);
    // `show` has no count.
    return { rows, count: rowCount ?? rows.length };
  } finally {
    await client.end();
  }
}

/** Evaluates `db.<collection>.find(…)` of mongosh in the database of reminders. */
export async function runMongo(scene: Scene, expression: string): Promise<object[]> {
  const client = await MongoClient.connect(scene.world.environment.mongoUrl);
  try {
    const database = client.db();
    const db = new Proxy({}, { get: (_, name) => database.collection(String(name)) });
    const found = vm.runInNewContext(expression, { db, ISODate: (text: string) => new Date(text) });
    return await found.toArray();
  } finally {
    await client.close();
  }
}

/** Sends `METHOD /path` to a URL as a new person of this role. */
export async function runHttp(scene: Scene, url: string, request: string, options: { role?: Role; body?: unknown }) {
  const [method = '', path = ''] = request.split(' ');
  const token = options.role && (await scene.world.environment.token(options.role, crypto.randomUUID()));
  const response = await fetch(new URL(path, url), {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  return { status: response.status, text: await response.text() };
}
