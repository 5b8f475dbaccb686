import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { call, type Gateway, id, startGateway } from './gateway.ts';

const perSecond = 3;

let service: FakeService;
let gateway: Gateway;

beforeEach(async () => {
  service = await startFakeService((_request, response) => json(response, 200, {}));
});

afterEach(async () => {
  await gateway.stop();
  await service.stop();
});

async function given(trusted: string) {
  gateway = await startGateway({
    SCHEDULING_URL: service.url,
    RATE_LIMIT_PER_ADDRESS: String(perSecond),
    TRUST_PROXY: trusted,
  });
}

const from = (forwardedFor: string) =>
  call(gateway.url, 'GET', `/assignments/${id}`, { headers: { 'x-forwarded-for': forwardedFor } });

/** Sends all of them at once. Returns how many passed the limit: to a 401, without a token. */
async function letThrough(values: readonly string[]): Promise<number> {
  const answers = await Promise.all(values.map(from));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([]);
  return statuses.filter((status) => status === 401).length;
}

/** Five values that differ in what surrounds one address. */
const five = (write: (n: number) => string) => [1, 2, 3, 4, 5].map(write);

test.each([
  ['a port', five((n) => `192.0.2.7:${1000 + n}`)],
  ['brackets and a port', five((n) => `[2001:db8::1]:${1000 + n}`)],
  [
    'brackets, with and without a port',
    ['[2001:db8::1]', '2001:db8::1', '[2001:db8::1]:', '"[2001:db8::1]:9"', '[2001:DB8::1]'],
  ],
  ['a port after all eight groups', five((n) => `2001:db8:0:0:0:0:0:1:${60_000 + n}`)],
  ['a zone', five((n) => `fe80::1%eth${n}`)],
  ['a zone in brackets', five((n) => `[fe80::1%25eth${n}]:443`)],
  [
    'the form of IPv6',
    ['::ffff:192.0.2.7', '[::ffff:192.0.2.7]:5', '192.0.2.7', '::ffff:c000:207', '::ffff:192.0.2.7:80'],
  ],
  ['an address that the client made up before it', five((n) => `198.51.100.${n}, 192.0.2.7:${n}`)],
  ['empty elements', five((n) => `${','.repeat(n)} 192.0.2.7 ${','.repeat(n)}`)],
  ['ten kilobytes of elements', five((n) => `${`198.51.100.${n}, `.repeat(700)}192.0.2.7`)],
])('an address is recognised with %s', async (_case, values) => {
  await given('1');
  expect(await letThrough(values)).toBe(perSecond);
});

test.each([
  ['unknown', five(() => 'unknown')],
  ['an obfuscated name', five((n) => `_hidden${n}`)],
  ['an address that is none', five((n) => `10.0.0.${255 + n}`)],
  ['an octal address', five((n) => `010.0.0.${n}`)],
  ['an address and more', five((n) => `10.0.0.${n} or so`)],
  ['half a bracket', five((n) => `[2001:db8:${n}::1`)],
  ['a host name', five((n) => `host-${n}.example:80`)],
  ['ten kilobytes without a comma', five((n) => `${n}`.repeat(10_000))],
  ['rubbish behind an address of the client', five((n) => `198.51.100.${n}, _hidden`)],
  ['nothing but commas', five((n) => ','.repeat(n))],
])('%s counts as the proxy that wrote it', async (_case, values) => {
  await given('1');
  expect(await letThrough(values)).toBe(perSecond);
});

test('rubbish counts as the nearest trusted proxy with an address', async () => {
  await given('2');
  expect(await letThrough(five((n) => `_hidden${n}, 10.9.9.9`))).toBe(perSecond);
  expect(await letThrough(five((n) => `_hidden${n}, 10.9.9.8`))).toBe(perSecond);
});

test('a trusted network matches proxies written with a port, brackets or as IPv6', async () => {
  await given('loopback, 10.9.0.0/16, 2001:db8:9::/48');
  for (const proxy of ['10.9.9.9:443', '::ffff:10.9.9.9', '[2001:db8:9::1]:443', '"10.9.9.9"']) {
    const suffix = proxy.length;
    expect(await letThrough(five((n) => `10.0.${suffix}.${n}, ${proxy}`))).toBe(5);
  }
});

test('rubbish does not use the limit of other clients', async () => {
  await given('1');
  await letThrough(five((n) => `192.0.2.7${n}_`));
  expect(await letThrough(five((n) => `192.0.2.7:${n}`))).toBe(perSecond);
});

test('a value that is not an address neither evades the limit nor fails', { timeout: 30_000 }, async () => {
  await given('1');
  const octet = fc.integer({ min: 0, max: 255 });
  const address = fc.oneof(
    fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
    fc.ipV6().filter((text) => !text.includes('.')),
  );
  const letter = fc.constantFrom(...'gxyz_-/@!~()<>=;\u00e9\u00ff'.split(''));
  const value = fc.oneof(
    fc.array(letter, { minLength: 1 }).map((letters) => letters.join('')),
    fc.tuple(letter, address).map(([before, text]) => before + text),
    fc.tuple(address, letter).map(([text, after]) => text + after),
    fc.tuple(address, letter, address).map((parts) => parts.join('')),
  );
  const start = performance.now();
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 10, maxLength: 30 }), async (values) => {
      passed += await letThrough(values);
      const seconds = Math.ceil((performance.now() - start) / 1_000);
      expect(passed).toBeLessThanOrEqual(perSecond * (seconds + 1));
    }),
    { numRuns: 40 },
  );
});
