import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestEnvironment, testEnvironment } from '../src/index.ts';

describe('a test environment', () => {
  let environment: TestEnvironment;

  beforeAll(async () => {
    environment = await testEnvironment({ postgres: true, nats: true });
  });
  afterAll(() => environment.stop());

  test('has an empty database that no other environment sees', async () => {
    const other = await testEnvironment({ postgres: true });
    await query(environment.databaseUrl, 'create table mine (id int)');
    const seen = await query(other.databaseUrl, `select to_regclass('mine') as table`);
    await other.stop();
    expect(seen).toEqual([{ table: null }]);
  });

  test('drops its database when it stops', async () => {
    const other = await testEnvironment({ postgres: true });
    const gone = new URL(other.databaseUrl);
    await other.stop();
    await expect(query(gone.href, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test('stops NATS and starts it again with its streams', async () => {
    const publish = async () => {
      const connection = await connect({ servers: environment.natsUrl, reconnect: false });
      const ack = await jetstream(connection).publish('kept.message');
      await connection.close();
      return ack.seq;
    };
    const connection = await connect({ servers: environment.natsUrl });
    await (await jetstreamManager(connection)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
    await connection.close();
    expect(await publish()).toBe(1);

    await environment.stopNats();
    await expect(publish()).rejects.toThrow();

    await environment.startNatsAgain();
    expect(await publish()).toBe(2);
  });

  test('gives a service exactly the settings of the servers that were asked for', () => {
    expect(environment.env).toEqual({
      AUTH_JWKS_URL: environment.issuer.jwksUrl,
      AUTH_ISSUER: environment.issuer.issuer,
      AUTH_AUDIENCE: 'punctual',
      DATABASE_URL: environment.databaseUrl,
      NATS_URL: environment.natsUrl,
      SHUTDOWN_DRAIN_MS: '0',
    });
    expect(() => environment.mongoUrl).toThrow('mongo: true');
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
