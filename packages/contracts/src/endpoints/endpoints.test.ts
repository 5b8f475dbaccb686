import { expect, test } from 'vitest';
import { type Endpoint, endpoints } from './index.ts';

const all: Endpoint[] = Object.values(endpoints);

test('every operation knows its name, and no two share a route', () => {
  expect(all.map((endpoint) => endpoint.name)).toEqual(Object.keys(endpoints));
  expect(new Set(all.map(({ method, path }) => `${method} ${path}`)).size).toBe(all.length);
});

test.each(all)('$name declares what its path names', ({ path, params }) => {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
  expect(Object.keys(params?.shape ?? {})).toEqual(names);
});

test.each(all)('$name has a body if and only if it changes something, and lists no problem twice', (endpoint) => {
  expect(endpoint.body !== undefined).toBe(endpoint.method !== 'GET');
  expect(new Set(endpoint.problems).size).toBe(endpoint.problems.length);
});

test.each(all.filter((endpoint) => endpoint.bodyOptional))('$name takes no body as an empty one', ({ body }) => {
  expect(body?.safeParse({}).success).toBe(true);
});

test.each(all)('$name answers 401 if and only if it wants a token', ({ access, problems }) => {
  expect(problems.includes('unauthenticated')).toBe(access === 'token');
});
