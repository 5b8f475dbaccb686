import { randomUUID } from 'node:crypto';
import { type Endpoint, type EndpointName, endpoints, type ProblemCode } from '@punctual/contracts';
import { createJourney, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type CaseRequest,
  type ContractCase,
  contractCases,
  maxOpenJobs,
  signed,
  webhookSecret,
} from './contract-cases.ts';

const seen: Record<string, Set<string>> = {};

let world: TestStack;
let cases: Record<EndpointName, ContractCase>;

beforeAll(async () => {
  world = await startTestStack('contract', {
    environment: { STRIPE_WEBHOOK_SECRET: webhookSecret, MAX_OPEN_JOBS: String(maxOpenJobs) },
    onAnswer: ({ operation = 'none', status, code }) => {
      seen[operation] = (seen[operation] ?? new Set()).add(code ?? String(status));
    },
  });
  cases = await contractCases(world, await createJourney(world));
});

afterAll(() => world?.stop());

/** Need a fault, a flood or a race, which the tests of services and gateway cause. */
const causedElsewhere: ReadonlySet<ProblemCode> = new Set([
  'internal-error',
  'rate-limited',
  'too-many-streams',
  'unavailable',
  'upstream-timeout',
  'idempotency-in-flight',
]);

const all: Endpoint[] = Object.values(endpoints);

test.each(all)(
  '$method $path answers as documented, with each of its problems',
  { timeout: 60_000 },
  async (endpoint) => {
    const { good, bad = {} } = cases[endpoint.name as EndpointName];
    const stranger = world.stranger();
    const attempt = await good();
    const send = (
      { as, id, query, body, headers: own, to = endpoint }: CaseRequest & { to?: Endpoint },
      headers = {},
    ) => as.send(to, { ...(id && { params: { id, name: id } }), query, body, headers: { ...own, ...headers } });
    const codeOf = async (...sent: Parameters<typeof send>) =>
      ((await send(...sent)).body as { code?: ProblemCode } | undefined)?.code;

    if (endpoint.method !== 'GET' && endpoint.access !== 'public') {
      const keyed = { 'idempotency-key': randomUUID() };
      expect(await send(attempt, keyed)).toMatchObject({ status: endpoint.success.status });
      // A check stores nothing: its cases tell how a key is used elsewhere.
      if (!endpoint.path.endsWith('/check')) {
        expect((await send(attempt, keyed)).headers.get('idempotent-replayed')).toBe('true');
        const elsewhere = { ...endpoint, path: `${endpoint.path}/` };
        expect(await codeOf({ ...attempt, to: elsewhere }, keyed)).toBe('idempotency-key-reused');
      }
      expect(await codeOf(attempt, { 'idempotency-key': 'a b' })).toBe('invalid-idempotency-key');
      expect(await codeOf(attempt, { 'if-match': '"99"' })).toBe('precondition-failed');
    } else {
      expect(await send(attempt)).toMatchObject({ status: endpoint.success.status });
    }
    if (endpoint.method !== 'GET') {
      const cut = { params: attempt, body: '{"reason": ', ...(attempt.headers && { headers: signed('{"reason": ') }) };
      expect(await attempt.as.send(endpoint, cut)).toMatchObject({ status: 400 });
      expect(await codeOf({ ...attempt, body: { reason: 'x'.repeat(70_000) } })).toBe('payload-too-large');
      expect(await codeOf({ body: {}, ...attempt }, { 'content-type': 'text/plain' })).toBe('unsupported-media-type');
      expect(await codeOf({ ...attempt, body: { surprise: 1 } })).toBe('validation-failed');
    }
    expect(await codeOf({ ...attempt, query: { padding: 'x'.repeat(9_000) } })).toBe('uri-too-long');
    if (!endpoint.anyQuery) {
      const { status, body } = await send({ ...attempt, query: { ...attempt.query, dryrun: true } });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { code: 'validation-failed', errors: [{ path: '/dryrun' }] },
      });
    }
    if (endpoint.params?.shape.id) expect(await codeOf({ ...attempt, id: 'not-a-uuid' })).toBe('validation-failed');
    if (endpoint.query?.shape.limit)
      expect(await codeOf({ ...attempt, query: { limit: 0 } })).toBe('validation-failed');
    if (endpoint.problems.includes('not-found')) {
      expect(await codeOf({ ...attempt, id: randomUUID() })).toBe('not-found');
    }
    if (endpoint.access !== 'public') expect(await codeOf({ ...attempt, as: stranger })).toBe('unauthenticated');
    for (const [code, prepare] of Object.entries(bad)) expect(await codeOf(await prepare())).toBe(code);

    const wanted = endpoint.problems.filter((code) => !causedElsewhere.has(code));
    expect([...(seen[endpoint.name] ?? [])].sort()).toEqual([String(endpoint.success.status), ...wanted].sort());
  },
);

test('an unknown route and an unknown method answer with documented problems', async () => {
  const nowhere: Endpoint = { ...endpoints.getJob, path: '/nowhere' };
  expect(await world.stranger().send(nowhere)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  const answer = await world.fetch(`${world.stack.addresses.urls.gateway}/jobs`, { method: 'DELETE' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
});
