import { readFile } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { allEvents } from '@punctual/contracts';
import { openApiDocument } from '@punctual/contracts/openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { call, callRaw, type Gateway, startGateway } from './gateway.ts';

const library = new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference'));

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

test('the OpenAPI document needs no token', async () => {
  const answer = await call(gateway.url, 'GET', '/openapi.json');
  expect(answer).toMatchObject({ status: 200, json: { openapi: expect.stringMatching(/^3\.1\./) } });
  expect(answer.json).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test.each(['/openapi.json', '/openapi.json?audience=app', '/asyncapi.json', '/docs/events'])(
  '%s is compressed once, not for each reader',
  async (path) => {
    const plain = await callRaw(gateway.url, 'GET', path, { headers: { 'accept-encoding': 'identity' } });
    const encodings = { br: brotliDecompressSync, gzip: gunzipSync };
    for (const [encoding, decompress] of Object.entries(encodings)) {
      const ask = () => callRaw(gateway.url, 'GET', path, { headers: { 'accept-encoding': encoding } });
      for (const { headers, body } of [await ask(), await ask()]) {
        // Only of what is compressed already is the length known.
        const length = String(body.length);
        expect(headers).toMatchObject({ 'content-encoding': encoding, 'content-length': length });
        expect(headers.vary).toContain('Accept-Encoding');
        expect(decompress(body).equals(plain.body)).toBe(true);
      }
    }
    expect(plain.headers).not.toHaveProperty('content-encoding');
  },
);

test('the document for apps leaves out operations', async () => {
  const { json } = await call(gateway.url, 'GET', '/openapi.json?audience=app');
  expect(json).toEqual(JSON.parse(JSON.stringify(openApiDocument({ audience: 'app' }))));
  expect(json).not.toHaveProperty('paths./ops/people/{id}/erasure');
  expect(await call(gateway.url, 'GET', '/openapi.json?audience=ops')).toMatchObject({ status: 400 });
});

test.each(Object.values(allEvents))('the schema that $type names is served', async ({ dataschema, example }) => {
  const { status, json } = await call(gateway.url, 'GET', new URL(dataschema).pathname);
  expect({ status, json }).toMatchObject({ status: 200, json: { $id: dataschema } });
  expect(z.fromJSONSchema(json as z.core.JSONSchema.JSONSchema).parse(example.data)).toEqual(example.data);
});

test.each(['reminder.due.v9', 'reminder.due', '__proto__', '..%2Fopenapi'])('there is no schema %s', async (name) => {
  expect(await call(gateway.url, 'GET', `/schemas/${name}.json`)).toMatchObject({
    status: 404,
    json: { code: 'not-found' },
  });
});

test.each(['/docs', '/docs/'])('%s loads everything from the gateway', async (path) => {
  const page = await call(gateway.url, 'GET', path);
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
  expect(page.text).not.toMatch(/(https?:)?\/\/[\w.-]+/);

  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => String(address));
  expect(loaded).toEqual(['/docs/favicon.svg', '/openapi.json', '/docs/scalar.js', '/docs/start.js']);
  for (const address of loaded) expect(await call(gateway.url, 'GET', address)).toMatchObject({ status: 200 });
});

test('the docs page forbids loading from other hosts', async () => {
  const { headers } = await call(gateway.url, 'GET', '/docs');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*/);
});

test.each([
  ['br, gzip', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['identity', undefined, (bytes: Buffer) => bytes],
])('the library of the page is served for Accept-Encoding %j as %s', async (accepted, encoding, decompress) => {
  const ask = (headers: Record<string, string> = {}) =>
    callRaw(gateway.url, 'GET', '/docs/scalar.js', { headers: { 'accept-encoding': accepted, ...headers } });
  const first = await ask();
  expect(first).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'public, max-age=3600', 'content-type': 'text/javascript; charset=utf-8' },
  });
  expect(first.headers['content-encoding']).toBe(encoding);
  expect(first.headers.vary).toContain('Accept-Encoding');
  expect(decompress(first.body).equals(await readFile(library))).toBe(true);
  const again = await ask({ 'if-none-match': String(first.headers.etag) });
  expect(again).toMatchObject({ status: 304, headers: { etag: first.headers.etag } });
});

test('the introduction says where tokens come from and names every role', async () => {
  const { text } = await call(gateway.url, 'GET', '/docs/introduction.md');
  expect(text).toContain('npm run -s token');
  for (const role of ['customer', 'provider', 'finance', 'ops']) expect(text).toContain(`| \`${role}\` |`);
});

test('a JSON response has no policy for pages', async () => {
  const { headers } = await call(gateway.url, 'GET', '/openapi.json');
  expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  expect(headers).not.toHaveProperty('x-powered-by');
});
