import { allEvents } from '@punctual/contracts';
import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, type Gateway, startGateway } from './gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.stop());

test('the contract of the events is there for anyone', async () => {
  const answer = await call(gateway.url, 'GET', '/asyncapi.json');
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())));
});

test('a page shows every event with its fields and an example, and loads and runs nothing', async () => {
  const page = await call(gateway.url, 'GET', '/docs/events');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
  for (const type of Object.keys(allEvents)) expect(page.text).toContain(`<h3 id="${type}">${type}</h3>`);
  expect(page.text).toContain('<tr><td><code>data.window.start</code></td><td>date-time</td><td></td></tr>');
  expect(page.text).toContain('<td><code>data.approvals[].by</code></td><td>uuid</td>');
  expect(page.text).toContain('<td>ANSWERED, RESCHEDULED, REJECTED');
  expect(page.text).toContain('<td><code>traceparent</code></td><td>string</td><td>may be absent</td>');
  expect(page.text).toContain('tell the <code>audience</code> of the <code>window</code> now');
  expect(page.text).not.toMatch(/<script|<link|<img|@import/);
  const anchors = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, address]) => address);
  expect(anchors).toHaveLength(Object.keys(allEvents).length + 2);
});
