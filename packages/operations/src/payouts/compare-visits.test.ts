import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Payout } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { compareVisits, differences } from './compare-visits.ts';

const now = Date.parse('2026-12-01T12:00:00.000Z');
const ids = { jobId: 'job', customerId: 'customer', providerId: 'provider' };
const amount = { amountMinor: 8_000, currency: 'EUR' };
const payout = { ...ids, amount, status: 'PENDING' as const, onHold: false };
const long = '2026-12-01T11:58:00.000Z';
const visit = { ...ids, price: amount, status: 'CONFIRMED', updatedAt: long };

const kinds = (changed: object, of: object | undefined) =>
  [...differences({ ...payout, ...changed }, of && { ...visit, ...of }, now)].map(
    ({ kind, detail }) => `${kind}: ${detail}`,
  );

test.each<[string, object, object | undefined, string[]]>([
  ['confirmed', {}, {}, []],
  ['completed', { status: 'AWAITING_APPROVAL' }, { status: 'COMPLETED' }, []],
  ['paid', { status: 'PAID' }, { status: 'COMPLETED' }, []],
  ['proposed again', { onHold: true }, { status: 'PROPOSED' }, []],
  ['rejected', { onHold: true }, { status: 'UNSCHEDULED' }, []],
  ['disputed', { status: 'BLOCKED' }, { status: 'COMPLETED' }, []],
  ['cancelled', { status: 'BLOCKED' }, { status: 'CANCELLED', price: { amountMinor: 1, currency: 'EUR' } }, []],
  ['completed a moment ago', {}, { status: 'COMPLETED', updatedAt: '2026-12-01T11:59:30.000Z' }, []],
  ['unknown', { status: 'APPROVED' }, undefined, ['UNKNOWN_TO_SCHEDULING: 8000 EUR, APPROVED']],
  ['of another provider', { providerId: 'thief' }, {}, ['VISIT_PARTY_DIFFERS: providerId thief instead of provider']],
  [
    'more expensive',
    { amount: { amountMinor: 9_000, currency: 'EUR' } },
    {},
    ['VISIT_AMOUNT_DIFFERS: 9000 EUR instead of 8000 EUR'],
  ],
  [
    'in another currency',
    { amount: { amountMinor: 8_000, currency: 'KWD' } },
    {},
    ['VISIT_AMOUNT_DIFFERS: 8000 KWD instead of 8000 EUR'],
  ],
  [
    'completed by nobody',
    { status: 'AWAITING_APPROVAL' },
    { updatedAt: '2026-12-01T11:59:59.999Z' },
    ['VISIT_STATUS_DIFFERS: AWAITING_APPROVAL although the assignment is CONFIRMED'],
  ],
  [
    'paid and cancelled',
    { status: 'PAID' },
    { status: 'CANCELLED' },
    ['VISIT_STATUS_DIFFERS: PAID although the assignment is CANCELLED'],
  ],
  [
    'confirmed by nobody',
    {},
    { status: 'PROPOSED' },
    ['VISIT_STATUS_DIFFERS: PENDING although the assignment is PROPOSED'],
  ],
  ['left behind', {}, { status: 'COMPLETED' }, ['VISIT_STATUS_DIFFERS: PENDING although the assignment is COMPLETED']],
])('differences compares a payout with a visit that is %s', (_what, changed, of, expected) => {
  expect(kinds(changed, of)).toEqual(expected);
});

test('compareVisits reads every page, a few requests at a time, and waits when it is rate-limited', async () => {
  const example = Payout.parse([Payout.meta()?.examples].flat()[0]);
  const of = (n: number) => ({ ...example, createdAt: long, assignmentId: idOf(n) });
  const idOf = (n: number) => `01936f2a-7c10-7000-8000-${String(n).padStart(12, '0')}`;
  let [underway, most, refused] = [0, 0, 0];
  const gateway = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    const page = Number(searchParams.get('cursor') ?? 0);
    if (pathname === '/payouts') {
      const items = Array.from({ length: 100 }, (_, n) => of(page * 100 + n));
      response.end(JSON.stringify({ items, nextCursor: page === 2 ? null : String(page + 1) }));
      return;
    }
    if (pathname === '/assignments') {
      response.end('{"items":[],"nextCursor":null}');
      return;
    }
    underway += 1;
    most = Math.max(most, underway);
    await new Promise(setImmediate);
    underway -= 1;
    const isTooMuch = pathname.endsWith('50') && refused++ === 0;
    response.writeHead(isTooMuch ? 429 : 404, isTooMuch ? { 'retry-after': '1' } : {});
    response.end(JSON.stringify({ code: isTooMuch ? 'rate-limited' : 'not-found', detail: 'x' }));
  });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  const { port } = gateway.address() as AddressInfo;
  const access = { gateway: () => `http://127.0.0.1:${port}`, token: async () => 'token' };
  try {
    const found = await Array.fromAsync(compareVisits(access, undefined));
    expect(found.map(({ assignmentId }) => assignmentId)).toEqual(Array.from({ length: 300 }, (_, n) => idOf(n)));
    expect(most).toBeLessThanOrEqual(8);
    expect(refused).toBeGreaterThan(0);
    expect(await Array.fromAsync(compareVisits(access, '2026-12-01T11:58:00.001Z'))).toEqual([]);
  } finally {
    gateway.close().closeAllConnections();
  }
});
