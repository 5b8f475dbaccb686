import { allEvents } from '@punctual/contracts';
import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, type Gateway, startGateway } from './gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

test('the AsyncAPI document needs no token', async () => {
  const answer = await call(gateway.url, 'GET', '/asyncapi.json');
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())));
});

test('the AsyncAPI document has no query, and its page ignores one', async () => {
  const answer = await call(gateway.url, 'GET', '/asyncapi.json?audience=app');
  expect(answer).toMatchObject({ status: 400, json: { code: 'validation-failed', errors: [{ path: '/audience' }] } });
  expect((await call(gateway.url, 'GET', '/docs/events?audience=app')).status).toBe(200);
});

test('the events page shows every event and links to its schema', async () => {
  const page = await call(gateway.url, 'GET', '/docs/events');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
  for (const type of Object.keys(allEvents)) {
    expect(page.text).toContain(`<article id="${type}">`);
    expect(page.text).toContain(`<a href="/schemas/${type}.v1.json">`);
  }
  expect(page.text).toContain('<dt><code>window.<wbr>start</code> <span>date-time</span></dt>');
  expect(page.text).toContain('<dt><code>approvals[].<wbr>by</code> <span>uuid</span></dt>');
  expect(page.text).toContain('<dt><code>traceparent</code> <span>string, may be absent</span></dt>');
  expect(page.text).not.toContain('<dd></dd>');
  expect(page.text).toContain('send a reminder of the <code>window</code> to the <code>audience</code> now');
});

test('the events page loads everything from the gateway', async () => {
  const { text, headers } = await call(gateway.url, 'GET', '/docs/events');
  expect(headers['content-security-policy']).toContain("script-src 'self'");
  expect(text).not.toMatch(/<script>|<style|style=|onclick/);
  const loaded = [...text.matchAll(/<(?:link|script)[^>]* (?:src|href)="([^"]+)"/g)].map(([, address]) =>
    String(address),
  );
  expect(loaded).toEqual(['/docs/favicon.svg', '/docs/events.css', '/docs/events.js']);
  for (const address of loaded) expect(await call(gateway.url, 'GET', address)).toMatchObject({ status: 200 });
});
