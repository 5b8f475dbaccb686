import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Setting, startSetting } from './changes-setting.ts';
import { call, type Gateway } from './gateway.ts';

// The issuer's keys pass through a server that can leave them out, or answer nothing.

let setting: Setting;
let gateway: Gateway;
let keys: Server;
let answers: 'the keys' | 'no keys' | 'an error';

beforeAll(async () => {
  setting = await startSetting();
  keys = createServer(async (_request, response) => {
    const given = await (await fetch(setting.environment.issuer.jwksUrl)).json();
    response.statusCode = answers === 'an error' ? 500 : 200;
    response.end(JSON.stringify(answers === 'no keys' ? { keys: [] } : given));
  });
  await once(keys.listen(0, '127.0.0.1'), 'listening');
  answers = 'the keys';
  gateway = await setting.gateway({
    AUTH_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}`,
    AUTH_JWKS_MAX_AGE_S: '1',
  });
});

beforeEach(() => {
  answers = 'the keys';
});

afterAll(async () => {
  await setting?.stop();
  keys.closeAllConnections();
  keys.close();
});

const listed = async (authorization: string) =>
  (await call(gateway.url, 'GET', `/assignments/${setting.assignmentId()}`, { headers: { authorization } })).status;

test('withdrawing a key ends open streams and refuses tokens that were accepted before', async () => {
  const authorization = await setting.authorization({});
  await eventually(async () => expect(await listed(authorization)).toBe(200));
  const changes = await setting.follow(gateway);
  expect(changes.status).toBe(200);
  answers = 'no keys';
  await changes.ended;
  expect(await listed(authorization)).toBe(401);
});

test('without the issuer, open streams stay and requests get 503 once the keys are too old', async () => {
  const authorization = await setting.authorization({});
  await eventually(async () => expect(await listed(authorization)).toBe(200));
  const changes = await setting.follow(gateway);
  answers = 'an error';
  await eventually(async () => expect(await listed(authorization)).toBe(503));
  await setting.publish('schedule.confirmed', 1);
  await changes.until(1);
  expect(changes.response.readableEnded).toBe(false);

  answers = 'the keys';
  await eventually(async () => expect(await listed(authorization)).toBe(200));
});
