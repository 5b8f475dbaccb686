import type { AddressInfo } from 'node:net';
import { type Endpoint, endpoints } from '@punctual/contracts';
import express from 'express';
import { expect, test } from 'vitest';
import { announceDeprecation } from './announce-deprecation.ts';

const dates = { since: '2026-11-30', sunset: '2027-11-30' };
const announced = { deprecation: `@${Date.UTC(2026, 10, 30) / 1_000}` };

async function headersOf(endpoint: Endpoint, query: string): Promise<Record<string, string>> {
  const app = express();
  const announce = announceDeprecation(endpoint);
  if (announce) app.use(announce);
  app.use((_request, response) => void response.end());
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`);
    return Object.fromEntries(['deprecation', 'sunset'].flatMap((name) => [[name, headers.get(name) ?? 'none']]));
  } finally {
    server.close();
  }
}

const propose = endpoints.proposeForJob;

test.each<[string, Endpoint, string, boolean]>([
  ['a deprecated parameter', propose, '?dryRun=true', true],
  ['a deprecated parameter that turns nothing on', propose, '?dryRun=false', true],
  ['an operation without it', propose, '', false],
  ['another parameter', propose, '?toString=1', false],
  ['a deprecated operation', { ...endpoints.getJob, deprecated: dates }, '', true],
  ['an operation that stays', endpoints.getJob, '?dryRun=true', false],
])('%s is announced or not', async (_, endpoint, query, isAnnounced) => {
  expect(await headersOf(endpoint, query)).toEqual(
    isAnnounced ? { ...announced, sunset: 'Tue, 30 Nov 2027 00:00:00 GMT' } : { deprecation: 'none', sunset: 'none' },
  );
});

test('of several the one that goes first is announced', async () => {
  const both = { ...propose, deprecated: { since: '2026-12-24', sunset: '2027-06-30' } };
  expect(await headersOf(both, '?dryRun=true')).toMatchObject({ sunset: 'Wed, 30 Jun 2027 00:00:00 GMT' });
});
