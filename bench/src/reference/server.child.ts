import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

// Writes the same rows with node:http and pg alone: no gateway, no token, no rules.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const server = createServer((request, response) => {
  answer(request, response).catch((error) => send(response, 500, { error: String(error) }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit());

async function answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, , id, ...rest] = url.split('/');
  if (url === '/healthz/live') return send(response, 200, {});
  if (!id) return send(response, 404, {});
  const row = method === 'POST' && rest.join('/') === 'schedule/confirm' ? await confirm(id) : await read(id);
  send(response, row ? 200 : 404, row);
}

async function read(id: string): Promise<unknown> {
  const { rows } = await pool.query('select * from assignment where id = $1', [id]);
  return rows[0];
}

async function confirm(id: string): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query('select * from assignment where id = $1 for update', [id]);
    const [before] = rows;
    if (before?.status !== 'PROPOSED') throw new Error('Nothing to confirm');
    const at = new Date();
    const after = {
      ...before,
      status: 'CONFIRMED',
      schedule_version: before.schedule_version + 1,
      proposal_expires_at: null,
      confirmed_at: at,
      updated_at: at,
    };
    await client.query(
      `update assignment set status = $2, schedule_version = $3, proposal_expires_at = null, confirmed_at = $4, updated_at = $4
        where id = $1`,
      [id, after.status, after.schedule_version, at],
    );
    await client.query(
      `insert into assignment_timeline (assignment_id, version, type, actor, source, before, after, at)
        values ($1, $2, 'schedule.confirmed', $3, 'API', $4, $5, $6)`,
      [
        id,
        after.schedule_version,
        JSON.stringify({ id: before.provider_id, role: 'provider' }),
        JSON.stringify({ status: before.status, scheduleVersion: before.schedule_version }),
        JSON.stringify({ status: after.status, scheduleVersion: after.schedule_version, confirmedAt: at }),
        at,
      ],
    );
    await client.query(
      `insert into outbox (id, aggregate_id, aggregate_version, type, payload) values ($1, $2, $3, 'schedule.confirmed', $4)`,
      [randomUUID(), id, after.schedule_version, JSON.stringify(after)],
    );
    await client.query('commit');
    return after;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
