import { createLogger } from '@stoplight/prism-core';
import { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { createServer } from '@stoplight/prism-http-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Endpoint, endpoints } from '../endpoints/index.ts';
import { problems } from '../problems.ts';
import { Problem } from '../rest/problem.ts';
import { openApiDocument } from './index.ts';

// A mock that an app team starts from the document must answer what the services would.

type Draft = ReturnType<typeof JSON.parse>;

const document: Draft = JSON.parse(JSON.stringify(openApiDocument()));
const json = Object.values(endpoints).filter((endpoint: Endpoint) => endpoint.success.schema);
let mock: ReturnType<typeof createServer>;
let url: string;

beforeAll(async () => {
  mock = createServer(await getHttpOperationsFromSpec(document), {
    components: { logger: createLogger('mock', { enabled: false }) },
    config: {
      mock: { dynamic: false },
      validateRequest: true,
      validateResponse: true,
      checkSecurity: true,
      errors: false,
      isProxy: false,
      upstreamProxy: undefined,
    },
    cors: false,
  });
  url = await mock.listen(0, '127.0.0.1');
}, 60_000);

afterAll(() => mock?.close());

/** Sends what the document shows as the example of a request. */
async function ask({ method, path }: Endpoint, headers: Record<string, string> = {}) {
  const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()];
  const { parameters = [], requestBody } = operation;
  const named = (place: string) => parameters.filter((one: { in: string }) => one.in === place);
  const filled = named('path').reduce(
    (text: string, { name, example }: { name: string; example: string }) => text.replace(`:${name}`, example),
    path,
  );
  const query = new URLSearchParams(
    named('query').map(({ name, example }: { name: string; example: unknown }) => [name, String(example)]),
  );
  const bodies: { value: unknown }[] = Object.values(requestBody?.content['application/json'].examples ?? {});
  return fetch(`${url}${filled}?${query}`, {
    method,
    headers: {
      accept: 'application/json',
      authorization: 'Bearer token',
      ...(bodies[0] && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(bodies[0] && { body: JSON.stringify(bodies[0].value) }),
  });
}

test.each(json)('the mock answers $name as the service would', async (endpoint: Endpoint) => {
  const response = await ask(endpoint);
  const body = await response.json();
  expect({ status: response.status, body }).toMatchObject({ status: endpoint.success.status });
  expect(endpoint.success.schema?.parse(body)).toEqual(body);
  if (endpoint.success.etag) expect(response.headers.has('etag')).toBe(true);
});

/** Each problem once, with the first operation that may answer it. */
const refusals = [...new Set(json.flatMap(({ problems }: Endpoint) => problems))].flatMap((code) => {
  const endpoint = json.find(({ problems }: Endpoint) => problems.includes(code));
  return endpoint ? [{ code, name: endpoint.name, endpoint }] : [];
});

test.each(refusals)('the mock refuses $name with $code when asked to', async ({ code, endpoint }) => {
  const { status } = problems[code];
  const prefer = `code=${status}, example=${code}`;
  const response = await ask(endpoint, { prefer, accept: 'application/problem+json' });
  expect(response.status).toBe(status);
  expect(Problem.parse(await response.json()).code).toBe(code);
});

test('the mock refuses what the service would refuse', async () => {
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    body: JSON.stringify({ title: '' }),
  });
  // Of the documented refusals it takes the one for content.
  expect(response.status).toBe(422);
});
