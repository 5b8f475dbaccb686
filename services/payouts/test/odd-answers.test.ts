import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Amount } from '../src/domain/money.ts';
import { createStripe } from '../src/payment/stripe/client.ts';

// What stands between Stripe and us may answer in Stripe's place, and says nothing of the money.

let server: Server;
let answer = { status: 200, body: '' };
let isTrickling = false;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    if (!isTrickling) return response.end(answer.body);
    const trickle = setInterval(() => response.write(' '), 50);
    return response.once('close', () => clearInterval(trickle));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterAll(() => void server.close().closeAllConnections());

const stripe = (timeoutMs = 5_000) => {
  const { port } = server.address() as AddressInfo;
  return createStripe({ apiKey: 'sk_test_123', apiBase: new URL(`http://127.0.0.1:${port}`), timeoutMs });
};
const attempt = () => ({
  ...{ id: randomUUIDv7(), payoutId: randomUUIDv7(), number: 1, account: 'acct_1', accountVersion: 1, results: [] },
  ...{ amount: Amount.parse({ amountMinor: 100, currency: 'EUR' }), startedAt: Temporal.Now.instant() },
});

describe.each([200, 302, 400, 404, 408, 502])('with status %i', (status) => {
  test.each([
    ...['', 'null', '7', '"tr_1"', '[]', '{}', '<html></html>', '{"message": "Bad Gateway"}', '{"id": "req_1"}'],
    ...['{"error": "Bad Request"}', '{"error": {}}', '{"object": "event", "id": "evt_1"}', '{"object": "transfer"}'],
  ])('the body %s leaves the payment result unknown', async (body) => {
    answer = { status, body };
    expect(await stripe().pay(attempt())).toEqual({ kind: 'AGAIN', because: expect.any(String) });
    await expect(stripe().find(attempt())).rejects.toThrow();
  });
});

test.each([
  '{"object": "list", "data": null}',
  '{"object": "list", "data": [null]}',
  '{"object": "list", "data": [{}]}',
])('find throws on the malformed list %s', async (body) => {
  answer = { status: 200, body };
  await expect(stripe().find(attempt())).rejects.toThrow();
});

test('a slowly trickling answer times out', async () => {
  isTrickling = true;
  expect(await stripe(300).pay(attempt())).toEqual({ kind: 'AGAIN', because: 'no answer' });
  await expect(stripe(300).find(attempt())).rejects.toThrow();
  isTrickling = false;
});

test('a card error is a refusal, and a transfer is a payment', async () => {
  answer = { status: 402, body: '{"error": {"type": "card_error", "code": "declined"}}' };
  expect(await stripe().pay(attempt())).toEqual({ kind: 'REFUSED', code: 'declined' });
  answer = { status: 200, body: '{"object": "transfer", "id": "tr_1"}' };
  expect(await stripe().pay(attempt())).toEqual({ kind: 'PAID', reference: 'tr_1' });
});
