import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EchoService, startEcho } from './echo-service.ts';

let echo: EchoService;

beforeAll(async () => {
  echo = await startEcho();
});

afterAll(() => echo.stop());

const body = JSON.stringify({ text: 'straße 🚰' });
const bytes = Buffer.from(body);
const good = { status: 200, json: { body: { text: 'straße 🚰' } } };
const malformed = { status: 400, json: { status: 400, code: 'malformed-body' } };
const unsupported = { status: 415, json: { status: 415, code: 'unsupported-media-type' } };
const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };

describe.each(Object.entries(compressions))('a %s-compressed body', (encoding, compress) => {
  const headers = { 'content-encoding': encoding };
  const whole = compress(bytes);

  test('is read', async () => {
    expect(await echo.post({ body: whole, headers })).toMatchObject(good);
  });

  test.each([
    ['cut short', whole.subarray(0, -4)],
    ['not compressed at all', bytes],
    ['one byte long', Buffer.from([0x1f])],
    ['damaged in the middle', Buffer.concat([whole.subarray(0, 6), Buffer.alloc(9, 0xff), whole.subarray(15)])],
    ['UTF-16 inside', compress(Buffer.from(body, 'utf16le'))],
  ])('that is %s is malformed', async (_what, damaged) => {
    expect(await echo.post({ body: damaged, headers })).toMatchObject(malformed);
  });

  test('is refused when too large after decompression', async () => {
    const bomb = compress(JSON.stringify({ text: 'x'.repeat(10_000_000) }));
    expect(await echo.post({ body: bomb, headers })).toMatchObject({
      status: 413,
      json: { code: 'payload-too-large' },
    });
  });
});

test.each(['compress', 'gzip, gzip', 'rot13', 'aes128gcm'])(
  'the content encoding %s is not supported',
  async (name) => {
    expect(await echo.post({ body, headers: { 'content-encoding': name } })).toMatchObject(unsupported);
  },
);

test.each([
  ['a byte that UTF-8 does not have', [0xff]],
  ['half a character', [0xc3]],
  ['a character in more bytes than it needs', [0xc0, 0xaf]],
  ['half a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ['Latin-1', [...Buffer.from('stra\xdfe', 'latin1')]],
])('%s in a text is malformed', async (_what, odd) => {
  const sent = Buffer.concat([Buffer.from('{"text":"'), Buffer.from(odd), Buffer.from('"}')]);
  expect(await echo.post({ body: sent })).toMatchObject(malformed);
});

test.each([
  ['UTF-16LE', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(body, 'utf16le')])],
  ['UTF-16BE', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(body, 'utf16le').swap16()])],
  ['UTF-16LE without a mark', Buffer.from(body, 'utf16le')],
])('%s is malformed', async (_name, sent) => {
  expect(await echo.post({ body: sent })).toMatchObject(malformed);
});

test('a UTF-8 byte order mark is skipped', async () => {
  expect(await echo.post({ body: `\ufeff${body}` })).toMatchObject(good);
});

test.each(['utf-8', 'UTF-8', 'utf8', 'UTF8', '"utf-8"', '"UTF8"', 'unicode-1-1-utf-8'])(
  'charset=%s is UTF-8',
  async (charset) => {
    expect(
      await echo.post({ body, headers: { 'content-type': `application/json; charset=${charset}` } }),
    ).toMatchObject(good);
  },
);

test.each(['latin1', 'iso-8859-15', 'utf-16', 'utf-16le', 'utf-32', 'utf-7', 'nonsense'])(
  'charset=%s is not supported',
  async (charset) => {
    const headers = { 'content-type': `application/json; charset=${charset}` };
    expect(await echo.post({ body, headers })).toMatchObject(unsupported);
  },
);

test.each([
  ['no body', undefined],
  ['an empty one', ''],
  ['an empty chunked one', new ReadableStream({ start: (controller) => controller.close() })],
])('%s is no body', async (_what, sent) => {
  for (const type of ['application/json', 'text/plain']) {
    const again = sent instanceof ReadableStream ? new ReadableStream({ start: (one) => one.close() }) : sent;
    expect(await echo.post({ ...(again !== undefined && { body: again }), headers: { 'content-type': type } })).toEqual(
      {
        status: 200,
        json: { query: {}, body: null },
      },
    );
  }
});

test('the media type of a chunked body is checked', async () => {
  const stream = new Blob([body]).stream();
  expect(await echo.post({ body: stream, headers: { 'content-type': 'text/plain' } })).toMatchObject(unsupported);
});

test.each([
  ['a name twice', '{"text":"a","text":"b"}', 'malformed-body'],
  ['a name twice within', '{"deep":[{"a":1,"b":{"a":2},"a":3}]}', 'malformed-body'],
  ['a name twice, once escaped', '{"text":"a","te\\u0078t":"b"}', 'malformed-body'],
  ['__proto__', '{"__proto__":{"text":"a"}}', 'validation-failed'],
  ['30,000 arrays in each other', '['.repeat(30_000) + ']'.repeat(30_000), 'validation-failed'],
  ['60,000 arrays never closed', '['.repeat(60_000), 'malformed-body'],
  ['half a surrogate pair as an escape', '{"text":"\\ud800"}', 'validation-failed'],
  ['the other half', '{"deep":["\\udc00\\ud800"]}', 'validation-failed'],
  ['U+0000 as an escape', '{"text":"a\\u0000b"}', 'validation-failed'],
  ['half a surrogate pair in a name', '{"deep":{"\\ud800":1}}', 'validation-failed'],
  ['half a surrogate pair in an unknown name', '{"\\ud800":1}', 'validation-failed'],
])('%s is refused', async (_what, sent, code) => {
  expect(await echo.post({ body: sent })).toMatchObject({ status: 400, json: { code } });
});

test('a string that looks like duplicate names is accepted', async () => {
  const sent = { text: '{"a":1,"a":2} \\" : "', deep: [{ a: 'a', b: ['a', { a: 1 }] }, { a: 2 }] };
  expect(await echo.post({ body: JSON.stringify(sent) })).toMatchObject({ status: 200, json: { body: sent } });
});

test.each([
  ['?q=%FF', ['/q']],
  ['?q=%ED%A0%80', ['/q']],
  ['?q=100%', ['/q']],
  ['?q=a&other=%C3', ['/other']],
  ['?%FF=a', ['']],
  ['?q=a%00b', ['/q']],
])('the query %s is refused', async (query, paths) => {
  const { status, json } = await echo.post({ query });
  expect([status, (json as { errors: { path: string }[] }).errors.map(({ path }) => path)]).toEqual([400, paths]);
});

test('a percent-encoded UTF-8 query is decoded', async () => {
  const query = '?q=stra%C3%9Fe+%F0%9F%9A%B0';
  expect(await echo.post({ query })).toMatchObject({ status: 200, json: { query: { q: 'straße 🚰' } } });
});
