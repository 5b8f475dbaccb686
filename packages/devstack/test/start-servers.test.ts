import { existsSync } from 'node:fs';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type Servers, startServers } from '../src/index.ts';
import { type PrivateCache, privateCache } from './private-cache.ts';

const env = { ...process.env, PUNCTUAL_SERVERS: 'local' };

describe('two stacks at once', () => {
  let one: Servers;
  let other: Servers;

  beforeAll(async () => {
    [one, other] = await Promise.all([startServers({ env }), startServers({ env })]);
  });
  afterAll(() => Promise.all([one.stop(), other.stop()]));

  test('each have a PostgreSQL', async () => {
    const url = new URL(await createDatabase(one.postgres.url, 'mine'));
    url.host = new URL(other.postgres.url).host;
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '3D000' });
  });

  test('each have a NATS', async () => {
    const streamsOf = async (url: string, add?: string) => {
      const connection = await connect({ servers: url });
      const { streams } = await jetstreamManager(connection);
      if (add) await streams.add({ name: add, subjects: [add] });
      const names = await Array.fromAsync(streams.names());
      await connection.close();
      return names;
    };
    expect(await streamsOf(one.nats.url, 'MINE')).toEqual(['MINE']);
    expect(await streamsOf(other.nats.url)).toEqual([]);
  });

  test('each have a MongoDB', async () => {
    const count = async (url: string, add: object[]) => {
      const client = await MongoClient.connect(url);
      const collection = client.db('shop').collection('things');
      if (add.length > 0) await collection.insertMany(add);
      const found = await collection.countDocuments();
      await client.close();
      return found;
    };
    expect(await count(one.mongo.url, [{ name: 'mine' }])).toBe(1);
    expect(await count(other.mongo.url, [])).toBe(0);
  });

  test('every server keeps its data across a halt', async () => {
    const stored = async () => {
      const client = await MongoClient.connect(one.mongo.url);
      const found = await client.db('halted').collection('things').countDocuments();
      await client.close();
      return found;
    };
    const client = await MongoClient.connect(one.mongo.url);
    await client.db('halted').collection('things').insertOne({ name: 'kept' });
    await client.close();
    await one.mongo.halt();
    await one.mongo.resume();
    expect(await stored()).toBe(1);

    await createDatabase(one.postgres.url, 'kept');
    await one.postgres.halt();
    await one.postgres.resume();
    await expect(createDatabase(one.postgres.url, 'kept')).rejects.toMatchObject({ code: '42P04' });
  });
});

describe('a stop', () => {
  let cache: PrivateCache;

  beforeAll(async () => {
    cache = await privateCache();
  });
  afterAll(() => cache.remove());

  test('leaves no process and no folder', async () => {
    const servers = await startServers({ env: cache.env });
    const [run = ''] = await cache.runFolders();
    expect((await cache.livingProcesses()).length).toBeGreaterThanOrEqual(3);
    await servers.stop();
    expect(await cache.livingProcesses()).toEqual([]);
    expect(existsSync(run)).toBe(false);
  });

  test('during a start leaves nothing behind either', async () => {
    const stopping = new AbortController();
    const starting = startServers({ env: cache.env, signal: stopping.signal });
    setTimeout(() => stopping.abort(new Error('stopped by the user')), 100);
    await expect(starting).rejects.toThrow('stopped by the user');
    expect(await cache.livingProcesses()).toEqual([]);
    expect(await cache.runFolders()).toEqual([]);
  });
});
