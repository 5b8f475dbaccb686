import { expect, test } from 'vitest';
import { type Endpoint, endpoints } from '../endpoints/index.ts';
import { ProblemCode, problems } from '../problems.ts';
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

test('it is OpenAPI 3.1 and holds every endpoint', () => {
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values<object>(document.paths).flatMap((path) => Object.values(path));
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(endpoints).sort());
});

test('every reference leads somewhere', () => {
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
    endpoint.method !== 'GET' && endpoint.access === 'token',
  );
  expect(operationOf(endpoint).security).toEqual(endpoint.access === 'public' ? [] : undefined);
});

test.each(all)('$name has every problem with its status and an example', (endpoint) => {
  const { responses } = operationOf(endpoint);
  expect(responses[endpoint.success.status]).toBeDefined();
  for (const code of endpoint.problems) {
    const { schema, examples } = responses[problems[code].status].content['application/problem+json'];
    expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
    expect(examples[code]).toEqual({ $ref: `#/components/examples/${code}` });
  }
});

test.each(ProblemCode.options)('the example of %s is a problem', (code) => {
  expect(Problem.parse(document.components.examples[code].value).code).toBe(code);
});

test('versions and places come as headers', () => {
  expect(operationOf(endpoints.getAssignment).responses[200].headers).toHaveProperty('ETag');
  expect(operationOf(endpoints.createJob).responses[201].headers).toHaveProperty('Location');
  expect(operationOf(endpoints.createJob).responses[503].headers).toHaveProperty('Retry-After');
});

test('a body is shown by example, also one that changes what it reads', () => {
  const { content, required } = operationOf(endpoints.rejectAssignment).requestBody;
  expect(required).toBe(false);
  expect(content['application/json'].examples[1].value).toHaveProperty('reason');
});

test('the health of the reminders is readable when they are down, too', () => {
  const { content } = operationOf(endpoints.getRemindersHealth).responses[503];
  expect(Object.keys(content)).toEqual(['application/json', 'application/problem+json']);
});

test('limits are numbers with bounds and a default', () => {
  const [limit] = operationOf(endpoints.listPayouts).parameters.filter((one: { name: string }) => one.name === 'limit');
  expect(limit.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
});
