// For ADR 0001 and 0007: what NOTIFY and a timeline row add to a transaction. Works in a schema of its own, which it drops.
//   DATABASE_URL=postgres://… node docs/adr/measurements/commit-cost.mjs

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

const schema = `commit_cost_${process.pid}`;
const rounds = 3;
const ids = Array.from({ length: 2_000 }, () => randomUUID());
const payload = JSON.stringify({ data: 'x'.repeat(1_300) });

const admin = await connect();
await admin.query(`create schema ${schema}`);
try {
  for (const statement of tables()) await admin.query(statement);
  await admin.query(`insert into assignment select unnest($1::uuid[]), 'PROPOSED', 0`, [ids]);
  for (let round = 0; round < rounds; round += 1) {
    const silent = await rate(32, 4_000, (client, id) => plainCommit(client, id, 'select 1'));
    const notifying = await rate(32, 4_000, (client, id) => plainCommit(client, id, 'notify outbox'));
    const without = await rate(8, 2_000, (client, id) => confirm(client, id, false));
    const withTimeline = await rate(8, 2_000, (client, id) => confirm(client, id, true));
    say(`commits: ${silent}; with notify: ${notifying}`);
    say(`confirm: ${without}; with timeline: ${withTimeline}`);
  }
  const { rows } = await admin.query(`select pg_total_relation_size('timeline') / count(*) as bytes from timeline`);
  say(`a row of the timeline takes ${rows[0].bytes} bytes with its index`);
} finally {
  await admin.query(`drop schema ${schema} cascade`);
  await admin.end();
}

async function connect() {
  const client = new Client({ connectionString: process.env.DATABASE_URL, options: `-c search_path=${schema}` });
  await client.connect();
  return client;
}

async function rate(connections, transactions, run) {
  const clients = await Promise.all(Array.from({ length: connections }, connect));
  const latencies = [];
  const start = performance.now();
  await Promise.all(
    clients.map(async (client, nth) => {
      for (let i = nth; i < transactions; i += connections) {
        const begin = performance.now();
        await run(client, ids[i % ids.length]);
        latencies.push(performance.now() - begin);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  await Promise.all(clients.map((client) => client.end()));
  const median = latencies.toSorted((a, b) => a - b)[latencies.length >> 1];
  return `${Math.round(transactions / seconds)}/s, p50 ${median.toFixed(1)} ms`;
}

async function plainCommit(client, id, statement) {
  await client.query('begin');
  await client.query('insert into plain values ($1)', [id]);
  await client.query(statement);
  await client.query('commit');
}

async function confirm(client, id, withTimeline) {
  await client.query('begin');
  const { rows } = await client.query(
    `update assignment set status = 'CONFIRMED', version = version + 1 where id = $1 returning version`,
    [id],
  );
  const { version } = rows[0];
  await client.query('insert into outbox (id, aggregate_id, aggregate_version, payload) values ($1, $2, $3, $4)', [
    randomUUID(),
    id,
    version,
    payload,
  ]);
  if (withTimeline) {
    await client.query('insert into timeline values ($1, $2, $3, $4, $5, $6, $7, now())', [
      id,
      version,
      'schedule.confirmed',
      { id, role: 'customer' },
      { status: 'PROPOSED', confirmedAt: null },
      { status: 'CONFIRMED', confirmedAt: '2026-11-28T09:30:00.000Z' },
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ]);
  }
  await client.query('commit');
}

function tables() {
  return [
    'create table plain (id uuid)',
    'create table assignment (id uuid primary key, status text not null, version int not null)',
    `create table outbox (
      id uuid primary key, position bigint generated always as identity, aggregate_id uuid not null,
      aggregate_version int not null, payload text not null, published_at timestamptz,
      unique (aggregate_id, aggregate_version)
    )`,
    'create index on outbox (position) where published_at is null',
    `create table timeline (
      assignment_id uuid, version int, type text, actor jsonb, before jsonb, after jsonb, trace_id text,
      at timestamptz, primary key (assignment_id, version)
    )`,
  ];
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
