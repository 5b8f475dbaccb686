import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../src/persistence/store.ts';
import { watchStore } from '../src/persistence/watch-store.ts';
import { createTcpLink } from './tcp-link.ts';

let environment: TestEnvironment;
let link: Awaited<ReturnType<typeof createTcpLink>>;
/** The URL of the store behind the link, with its own password. */
let url: URL;

beforeAll(async () => {
  environment = await testEnvironment({ mongo: true });
  url = new URL(environment.mongoUrl);
  link = await createTcpLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
});
afterAll(async () => {
  link.close();
  await environment.stop();
});

type Line = { msg: string; server: string; err?: { message: string } };

function startLog() {
  const lines: Line[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const released: (() => unknown)[] = [];
  const lifecycle = {
    signal: new AbortController().signal,
    stopping: new AbortController().signal,
    onShutdown: (_name: string, release: () => unknown) => void released.push(release),
  };
  return { logger, lifecycle, lines, said: (msg: string) => lines.filter((line) => line.msg === msg), released };
}

test('an outage of the store is logged once, with address and reason, and once when it ends', async () => {
  const { said, ...deps } = startLog();
  const client = new MongoClient(url.href, { heartbeatFrequencyMS: 500, serverSelectionTimeoutMS: 2_000 });
  watchStore(client, deps);
  await client.connect();
  expect(deps.lines).toEqual([]);

  link.cut();
  await eventually(() => expect(said('MongoDB is away')).not.toEqual([]));
  await delay(2_500);
  link.restore();
  await eventually(() => expect(said('MongoDB is back')).not.toEqual([]));
  await client.close();

  expect(new Set(said('MongoDB is away').map(({ err }) => err?.message)).size).toBe(said('MongoDB is away').length);
  expect(said('MongoDB is away')[0]).toMatchObject({ server: `127.0.0.1:${link.port}`, err: {} });
  expect(said('MongoDB is back')).toHaveLength(1);
});

test('a start without the store reports its address and the reason, without the password', async () => {
  const { logger, lifecycle, said, lines, released } = startLog();
  const nowhere = 'mongodb://reminders:S3cr3t@127.0.0.1:1/reminders';
  await expect(openStore({ url: nowhere, logger, lifecycle })).rejects.toThrow(
    /^MongoDB at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  );
  for (const release of released) await release();
  expect(said('MongoDB is away')).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('S3cr3t');
});
