import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { makePersonErased } from '@punctual/contracts';
import { createTestLifecycle, eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createErasureInbox } from '../src/persistence/erasure-inbox.ts';
import { schema } from '../src/persistence/schema.ts';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts();
});

afterAll(() => world?.stop());

test('payouts reads its streams again when its database is gone', async () => {
  const parties = newParties();
  await world.publish(...history(['propose', 'confirm', 'cancel'], parties));
  const { holds } = await world.untilPayout(parties.assignmentId, { status: 'BLOCKED' });
  const data = { personId: randomUUID(), at: new Date().toISOString() };
  const erased = makePersonErased({ id: randomUUIDv7(), sequence: 1, data });
  await world.peer.publish(erased);
  await world.peer.untilConsumed('SCHEDULE', 'payouts-person');
  await world.services.pop()?.stop();
  const url = new URL(world.environment.databaseUrl);
  const name = url.pathname.slice(1);
  const server = new Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await server.connect();
  await world.database.end();
  await server.query(`drop database "${name}" with (force)`);
  await server.query(`create database "${name}"`);
  await server.end();

  await world.start();
  const again = await world.untilPayout(parties.assignmentId, { status: 'BLOCKED' });
  expect(again.holds.map(({ kind }) => kind)).toEqual(holds.map(({ kind }) => kind));

  const lifecycle = createTestLifecycle();
  const database = await openDatabase({ url: parsePostgresUrl(url.href), poolSize: 1, ...schema, lifecycle });
  const inbox = createErasureInbox(database);
  const part = { consumer: 'payouts-person', stream: 'SCHEDULE' };
  await eventually(async () => expect(await inbox.lacking(part, [erased])).toEqual(new Set()));
  const next = { ...erased, id: randomUUIDv7(), sequence: '0000000002' };
  expect(await inbox.lacking(part, [erased, next])).toEqual(new Set([next.id]));
  await lifecycle.stop();
});
