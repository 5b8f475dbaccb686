import { openApiDocument } from '@punctual/contracts/openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, type Gateway, startGateway } from './gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

test('the contract is there for anyone', async () => {
  const answer = await call(gateway.url, 'GET', '/openapi.json');
  expect(answer).toMatchObject({ status: 200, json: { openapi: expect.stringMatching(/^3\.1\./) } });
  expect(answer.json).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test.each(['/docs', '/docs/'])('%s is a page that loads everything from the gateway', async (path) => {
  const page = await call(gateway.url, 'GET', path);
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
  expect(page.text).not.toMatch(/(https?:)?\/\/[\w.-]+/);

  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => String(address));
  expect(loaded).toHaveLength(4);
  for (const address of loaded) {
    expect(await call(gateway.url, 'GET', address)).toMatchObject({
      status: 200,
      headers: { 'cache-control': expect.stringContaining('max-age') },
    });
  }
});

test('a browser may not load anything for it from elsewhere', async () => {
  const { headers } = await call(gateway.url, 'GET', '/docs');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*/);
});

test('the page reads the contract of this gateway, and asks no validator', async () => {
  const { text } = await call(gateway.url, 'GET', '/docs/start.js');
  expect(text).toContain("url: '/openapi.json'");
  expect(text).toContain('validatorUrl: null');
});

test('an answer with data is no page', async () => {
  const { headers } = await call(gateway.url, 'GET', '/openapi.json');
  expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  expect(headers).not.toHaveProperty('x-powered-by');
});
