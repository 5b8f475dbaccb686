import { randomUUID } from 'node:crypto';
import { FreeWindows, Job, Problem } from '@punctual/contracts';
import { beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { type Contract, ContractError, type Exchange, openContract } from '../src/contract.ts';

let contract: Contract;

beforeAll(() => {
  contract = openContract();
});

const exampleOf = (schema: z.ZodType) => ({ ...(schema.meta()?.examples?.[0] as object) });
const job = exampleOf(Job);
const windows = exampleOf(FreeWindows);
const taken = exampleOf(Problem);
const problem = (code: string, status: number) => ({ ...taken, code, status });

const ofJson = { 'content-type': 'application/json; charset=utf-8' };
const ofProblem = { 'content-type': 'application/problem+json' };

const created = {
  method: 'POST',
  path: '/jobs',
  status: 201,
  headers: { ...ofJson, location: '/jobs/1', etag: '"1"' },
  body: job,
};
const listed = {
  method: 'GET',
  path: `/providers/${randomUUID()}/free-windows?minutes=60`,
  status: 200,
  headers: ofJson,
  body: windows,
};
const refused = { ...created, status: 400, headers: ofProblem, body: problem('validation-failed', 400) };
const unknown = { ...listed, path: '/nowhere', status: 404, headers: ofProblem, body: problem('not-found', 404) };
const otherMethod = {
  ...created,
  method: 'PUT',
  status: 405,
  headers: { ...ofProblem, allow: 'POST' },
  body: problem('method-not-allowed', 405),
};

const check = ({ headers, ...exchange }: Omit<Exchange, 'headers'> & { headers: Record<string, string> }) =>
  contract.check({ ...exchange, headers: new Headers(headers) });

test('the contract accepts documented responses', () => {
  expect(check(created)).toEqual({ operation: 'createJob', status: 201, code: undefined });
  expect(check(listed)).toEqual({ operation: 'listFreeWindows', status: 200, code: undefined });
  expect(check(refused)).toEqual({ operation: 'createJob', status: 400, code: 'validation-failed' });
  expect(check(unknown)).toEqual({ operation: undefined, status: 404, code: 'not-found' });
  expect(check(otherMethod)).toEqual({ operation: undefined, status: 405, code: 'method-not-allowed' });
  expect(check({ ...listed, method: 'HEAD', body: undefined })).toMatchObject({ operation: 'listFreeWindows' });
});

test.each([
  ['another status', { ...created, status: 200 }, 'is not documented for this route'],
  ['a header missing', { ...created, headers: { ...ofJson, etag: '"1"' } }, 'lacks the header Location'],
  ['another content type', { ...created, headers: { ...created.headers, 'content-type': 'text/html' } }, 'text/html'],
  ['no content type', { ...created, headers: { location: '/jobs/1', etag: '"1"' } }, 'content type none'],
  ['a field too few', { ...created, body: { ...job, title: undefined } }, "required property 'title'"],
  ['a field too many', { ...created, body: { ...job, secret: 1 } }, 'additional properties'],
  ['an id that is none', { ...created, body: { ...job, id: '1' } }, 'format "uuid"'],
  ['an instant with an offset', { ...created, body: { ...job, createdAt: '2026-12-01T10:00:00+01:00' } }, 'pattern'],
  ['a wrong list', { ...listed, body: { items: [{ start: 'now' }] } }, '/items/0'],
  ['no body', { ...listed, body: undefined }, 'must be object'],
  ['a problem of another route', { ...refused, body: problem('own-payout', 400) }, 'not documented for this route'],
  ['a problem nobody knows', { ...refused, body: problem('surprise', 400) }, '/code must be equal to one of'],
  ['a problem as plain JSON', { ...refused, headers: ofJson }, 'application/json'],
  ['success where nothing is', { ...unknown, status: 200 }, 'is not documented for this route'],
  ['405 without Allow', { ...otherMethod, headers: ofProblem }, 'lacks the header Allow'],
])('the contract refuses %s', (_case, exchange, reason) => {
  expect(() => check(exchange)).toThrow(ContractError);
  expect(() => check(exchange)).toThrow(reason);
});
