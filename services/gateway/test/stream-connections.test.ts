import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Setting, startSetting } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';
import { changesOf } from './open-changes.ts';
import { head, openRaw, type RawClient } from './raw-client.ts';

// A stream takes over its connection: Node regards its response as complete.

let setting: Setting;
let gateway: Gateway;
let authorization: string;
const clients: RawClient[] = [];

beforeAll(async () => {
  setting = await startSetting();
  gateway = await setting.gateway({ MAX_CONNECTIONS_PER_USER: '3', HTTP_KEEP_ALIVE_MS: '1000' });
  authorization = await setting.authorization({ sub: '01936f2a-7c10-7000-8000-00000000c001' });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.leave();
});

afterAll(() => setting.stop());

async function send(text: string): Promise<RawClient> {
  const client = await openRaw(gateway.url, text);
  clients.push(client);
  return client;
}

const request = (headers: Record<string, string> = {}) =>
  head('GET', changesOf(setting.assignmentId()), { Authorization: authorization, ...headers });
const untilOpen = (client: RawClient) => expect.poll(client.text, { timeout: 5_000 }).toContain(': open');

test.each([{}, { Connection: 'close' }, { Connection: 'keep-alive' }])(
  'a stream to a client with %o is chunked and stays open',
  async (headers) => {
    const client = await send(request(headers));
    await untilOpen(client);
    expect(client.text()).toMatch(
      /^HTTP\/1\.1 200 OK\r\n(.+\r\n)*Transfer-Encoding: chunked\r\n(.+\r\n)*\r\n[0-9a-f]+\r\n: open/,
    );
    // Longer than an idle connection is kept.
    await delay(2_500);
    expect(client.isGone()).toBe(false);
    await setting.publish('schedule.proposed', 1);
    await expect.poll(client.text).toContain('event: schedule.proposed');
  },
);

test('a stream to a client of HTTP/1.0 has no chunks', async () => {
  const client = await send(request().replace('HTTP/1.1', 'HTTP/1.0'));
  await untilOpen(client);
  expect(client.text()).toContain('\r\n\r\n: open\n');
  expect(client.text()).not.toContain('chunked');
});

test('a further request on the connection of a stream resets it', async () => {
  const client = await send(request());
  await untilOpen(client);
  client.send(request());
  await expect.poll(client.isGone).toBe(true);
  expect(client.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('a stream that is pipelined behind another request is refused', async () => {
  const { nextCursor } = (await setting.page(gateway, {})).json;
  const poll = head('GET', `/changes?cursor=${nextCursor}&wait=1`, { Authorization: authorization });
  const client = await send(poll + request());
  await expect
    .poll(() => client.text().match(/HTTP\/1\.1 \d+/g), { timeout: 5_000 })
    .toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  expect(client.text()).toContain('A stream needs a connection without other requests.');
});

test('connections of streams are busy: none is closed for a new one', async () => {
  for (let n = 0; n < 3; n += 1) await untilOpen(await send(request()));
  expect(await call(gateway.url, 'GET', '/changes', { headers: { authorization } })).toMatchObject({
    status: 429,
    json: { code: 'rate-limited' },
  });
  expect(clients.map((client) => client.isGone())).toEqual([false, false, false]);
  clients[0]?.leave();
  await expect
    .poll(async () => (await call(gateway.url, 'GET', '/changes', { headers: { authorization } })).status)
    .toBe(200);
});
