import { expect, test } from 'vitest';
import type { z } from 'zod';
import { type Endpoint, endpoints } from '../endpoints/index.ts';
import { problems } from '../problems.ts';
import { Problem } from '../rest/problem.ts';
import { openApiDocument } from './index.ts';

const document = JSON.parse(JSON.stringify(openApiDocument()));
const all: Endpoint[] = Object.values(endpoints);

const operationOf = ({ method, path }: Endpoint) =>
  document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()];

const parametersOf = (endpoint: Endpoint, place: string): string[] =>
  operationOf(endpoint)
    .parameters.filter((one: { in: string }) => one.in === place)
    .map((one: { name: string }) => one.name);

function* refsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref') yield String(part);
    else yield* refsIn(part);
  }
}

test('the document is OpenAPI 3.1 and has every endpoint', () => {
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values<object>(document.paths).flatMap((path) => Object.values(path));
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(endpoints).sort());
});

test('every reference resolves', () => {
  const refs = new Set(refsIn(document));
  expect(refs.size).toBeGreaterThan(50);
  for (const ref of refs) {
    const target = ref
      .split('/')
      .slice(1)
      .reduce((node, key) => node?.[key], document);
    expect(target, ref).toBeTypeOf('object');
  }
});

test.each(all)('$name has its parameters, headers and security', (endpoint) => {
  const names = (schema: Endpoint['params']) => Object.keys(schema?.shape ?? {});
  expect(parametersOf(endpoint, 'path')).toEqual(names(endpoint.params));
  expect(parametersOf(endpoint, 'query')).toEqual(names(endpoint.query));
  expect(parametersOf(endpoint, 'header').includes('If-Match')).toBe(
    endpoint.method !== 'GET' && endpoint.access !== 'public',
  );
  expect(operationOf(endpoint).security).toEqual(endpoint.access === 'public' ? [] : undefined);
});

test.each(all)('$name has every problem with its status and an example', (endpoint) => {
  const { responses } = operationOf(endpoint);
  expect(responses[endpoint.success.status]).toBeDefined();
  for (const code of endpoint.problems) {
    const { schema, examples } = responses[problems[code].status].content['application/problem+json'];
    expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
    const { $ref } = examples[code];
    expect(document.components.examples[$ref.split('/').at(-1)].value).toMatchObject({ code });
  }
});

test.each(Object.keys(document.components.examples))('the example of %s is a problem', (name) => {
  const { value } = document.components.examples[name];
  expect(name.startsWith(Problem.parse(value).code)).toBe(true);
});

test.each([
  ['window-taken', 'freeWindows'],
  ['precondition-failed', 'currentAssignment'],
  ['precondition-failed-payout', 'currentPayout'],
  ['validation-failed', 'errors'],
  ['nonexistent-local-time', 'nearestValid'],
  ['window-too-long', 'limits'],
])('the example of %s shows %s', (name, member) => {
  expect(document.components.examples[name].value).toHaveProperty(member);
});

test.each([
  ['createJob', 'OPEN'],
  ['cancelJob', 'CANCELLED'],
  ['createAssignment', 'UNSCHEDULED'],
  ['proposeForJob', 'PROPOSED'],
  ['confirmSchedule', 'CONFIRMED'],
  ['rejectAssignment', 'DECLINED'],
  ['cancelAssignment', 'CANCELLED'],
  ['completeAssignment', 'COMPLETED'],
  ['approvePayout', 'APPROVED'],
  ['blockPayout', 'BLOCKED'],
  ['markPayoutPaid', 'PAID'],
] as const)('the example of what %s answers is %s', (name, status) => {
  const endpoint: Endpoint = endpoints[name];
  const { example } = operationOf(endpoint).responses[endpoint.success.status].content['application/json'];
  expect(endpoint.success.schema?.parse(example)).toMatchObject({ status });
});

test.each(all)('$name has an example of each JSON body, valid by its zod schema', ({ name, success, body }) => {
  const { requestBody, responses } = operationOf(endpoints[name as keyof typeof endpoints]);
  const answer = responses[success.status].content['application/json'];
  if (answer) expect(success.schema?.parse(answer.example)).toEqual(answer.example);
  const bodies = Object.values<{ value: unknown }>(requestBody?.content['application/json'].examples ?? {});
  expect(bodies.length > 0).toBe(body !== undefined);
  for (const { value } of bodies) expect(body?.safeParse(value).error).toBeUndefined();
});

test.each(['2020-02-29T23:59:00Z', '2026-11-30T05:00:00Z', '2027-03-27T12:00:00Z', '2031-10-20T00:00:00Z'])(
  'no example is in the past at %s',
  (time) => {
    const now = Temporal.Instant.from(time);
    const text = JSON.stringify(openApiDocument({ now }));
    const times = text.match(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?/g) ?? [];
    expect(times.length).toBeGreaterThan(100);
    const instants = times.map((one) => (/(Z|[+-]\d\d:\d\d)$/.test(one) ? one : `${one}+01:00`)).sort();
    for (const one of instants) {
      expect(Temporal.Instant.compare(one, now)).toBe(1);
      // Within the horizon in which a window may be proposed, or the next change of the clocks.
      expect(now.until(one).total('days')).toBeLessThan(400);
    }
  },
);

test('local times of an example keep the offset of their zone', () => {
  const summer = JSON.parse(JSON.stringify(openApiDocument({ now: Temporal.Instant.from('2027-07-01T08:00:00Z') })));
  const { example } = summer.paths['/jobs/{id}/schedule'].post.responses[200].content['application/json'];
  expect(Temporal.Instant.compare(example.localStart, example.scheduledStart)).toBe(0);
  expect(example.localStart).toMatch(/T11:00:00\+02:00$/);
});

test('what was created links to the operations that go on with it', () => {
  const { links } = operationOf(endpoints.createJob).responses[201];
  expect(links.getJob).toMatchObject({ operationId: 'getJob', parameters: { id: '$response.body#/id' } });
  for (const endpoint of all) {
    const { links = {} } = operationOf(endpoint).responses[endpoint.success.status];
    expect(Object.keys(links).length > 0, endpoint.name).toBe([201, 202].includes(endpoint.success.status));
    for (const [name, { parameters }] of Object.entries<{ parameters: { id: string } }>(links)) {
      expect(Object.keys(endpoints)).toContain(name);
      const field = parameters.id.replace('$response.body#/', '');
      expect((endpoint.success.schema as z.ZodObject).shape).toHaveProperty(field);
    }
  }
});

test('enumerations of answers may grow, those of requests alone are closed', () => {
  const { AssignmentStatus, ProblemCode, RejectScope } = document.components.schemas;
  expect(AssignmentStatus['x-extensible-enum']).toEqual(AssignmentStatus.enum);
  expect(ProblemCode['x-extensible-enum']).toEqual(Object.keys(problems));
  expect(RejectScope).not.toHaveProperty('x-extensible-enum');
});

test('the document for apps leaves out operations, and all that only they need', () => {
  const app = JSON.parse(JSON.stringify(openApiDocument({ audience: 'app' })));
  const operations = Object.values<object>(app.paths).flatMap((path) => Object.values(path));
  const roles = operations.map((operation) => operation['x-roles']);
  for (const one of roles)
    expect(one).toEqual(expect.toSatisfy((some) => some.some((role: string) => /er$/.test(role))));
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toEqual(expect.arrayContaining(['createJob', 'confirmSchedule', 'getPayout', 'listChanges']));
  for (const name of ['approvePayout', 'takeStripeNotice', 'getRemindersHealth', 'getOpenApi', 'explainAssignment'])
    expect(names).not.toContain(name);
  expect(app.components.schemas).not.toHaveProperty('Explanation');
  expect(app.tags.map(({ name }: { name: string }) => name)).not.toContain('Operations');
  for (const ref of refsIn(app))
    expect(
      ref
        .split('/')
        .slice(1)
        .reduce((node, key) => node?.[key], app),
      ref,
    ).toBeTypeOf('object');
});

test('a deprecated parameter is marked, and its headers are documented', () => {
  const { parameters, responses } = operationOf(endpoints.proposeForJob);
  expect(parameters.find(({ name }: { name: string }) => name === 'dryRun')).toMatchObject({ deprecated: true });
  expect(responses[200].headers).toMatchObject({ Deprecation: { required: false }, Sunset: { required: false } });
  for (const endpoint of all) {
    for (const { name, deprecated = false } of operationOf(endpoint).parameters ?? [])
      expect(deprecated, `${endpoint.name} ${name}`).toBe(name in (endpoint.deprecatedQuery ?? {}));
  }
});

test.each(all)('$name has its tag, who may call it, and a description', (endpoint) => {
  const { tags, description, 'x-roles': roles } = operationOf(endpoint);
  expect(document.tags.map(({ name }: { name: string }) => name)).toContain(tags[0]);
  expect(roles).toEqual([endpoint.roles].flat());
  if (typeof endpoint.roles !== 'string') for (const role of endpoint.roles) expect(description).toContain(role);
});

test('versions and locations are headers', () => {
  expect(operationOf(endpoints.getAssignment).responses[200].headers).toHaveProperty('ETag');
  expect(operationOf(endpoints.createJob).responses[201].headers).toHaveProperty('Location');
  expect(operationOf(endpoints.createJob).responses[503].headers).toHaveProperty('Retry-After');
});

test('every body has an example, including transformed ones', () => {
  const { content, required } = operationOf(endpoints.rejectAssignment).requestBody;
  expect(required).toBe(false);
  expect(content['application/json'].examples[1].value).toHaveProperty('reason');
});

test('the reminders health schema also describes the down state', () => {
  const { content } = operationOf(endpoints.getRemindersHealth).responses[503];
  expect(Object.keys(content)).toEqual(['application/json', 'application/problem+json']);
});

test('limits are numbers with bounds and a default', () => {
  const [limit] = operationOf(endpoints.listPayouts).parameters.filter((one: { name: string }) => one.name === 'limit');
  expect(limit.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
});
