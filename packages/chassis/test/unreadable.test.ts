import { Problem } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EchoService, startEcho } from './echo-service.ts';

let echo: EchoService;

beforeAll(async () => {
  echo = await startEcho();
});

afterAll(() => echo.stop());

test.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400, 'validation-failed'],
  ['TLS', Buffer.from('1603010200010001fc0303', 'hex'), 400, 'validation-failed'],
  ['another version of HTTP', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n', 400, 'validation-failed'],
  ['a method that does not exist', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'validation-failed'],
  ['a header with a control character', 'GET / HTTP/1.1\r\nHost: a\r\nX: \u0001\r\n\r\n', 400, 'validation-failed'],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400, 'validation-failed'],
  [
    'a length that is no number',
    'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
    400,
    'validation-failed',
  ],
  [
    'a length and chunks',
    'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'validation-failed',
  ],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'validation-failed'],
  ['a target that is no address', 'GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'validation-failed'],
  ['headers beyond 64 KiB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431, 'headers-too-large'],
])('%s gets a problem response', async (_what, bytes, status, code) => {
  const reply = await echo.exchange(bytes);
  expect(reply).toMatchObject({ status, type: 'application/problem+json', json: { status, code } });
  expect(Problem.parse(reply.json).code).toBe(code);
});

test('a malformed chunk gets a problem response', async () => {
  const head = `POST /echo HTTP/1.1\r\nHost: a\r\nAuthorization: ${echo.authorization}\r\nContent-Type: application/json`;
  const reply = await echo.exchange(`${head}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`);
  expect(reply).toMatchObject({ status: 400, type: 'application/problem+json' });
});

test('an unknown Expect header is ignored', async () => {
  const head = 'GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: a-miracle\r\n\r\n';
  expect(await echo.exchange(head)).toMatchObject({ status: 404, json: { code: 'not-found' } });
});

test('HTTP/1.0 requests need no Host header', async () => {
  expect(await echo.exchange('GET /healthz/live HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200 });
});
