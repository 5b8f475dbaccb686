import { expect, test } from 'vitest';
import { Role } from '../scalars.ts';
import { type Endpoint, endpoints } from './index.ts';

const all: Endpoint[] = Object.values(endpoints);

test('every operation has its name and a unique route', () => {
  expect(all.map((endpoint) => endpoint.name)).toEqual(Object.keys(endpoints));
  expect(new Set(all.map(({ method, path }) => `${method} ${path}`)).size).toBe(all.length);
});

test.each(all)('$name declares its path parameters', ({ path, params }) => {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
  expect(Object.keys(params?.shape ?? {})).toEqual(names);
});

test.each(all)('$name has a body only if it writes, and lists each problem once', (endpoint) => {
  expect(endpoint.body !== undefined).toBe(endpoint.method !== 'GET');
  expect(new Set(endpoint.problems).size).toBe(endpoint.problems.length);
});

test.each(all.filter((endpoint) => endpoint.bodyOptional))(
  '$name treats a missing body as an empty one',
  ({ body }) => {
    expect(body?.safeParse({}).success).toBe(true);
  },
);

test.each(all)('$name refuses unknown query parameters, unless it ignores them all', (endpoint) => {
  expect(endpoint.anyQuery ?? false).toBe(/^\/(docs|webhooks)\b/.test(endpoint.path));
  if (!endpoint.anyQuery) expect(endpoint.problems).toContain('validation-failed');
  expect(endpoint.query?.safeParse({ dryrun: 'true' }).success ?? false).toBe(false);
});

test.each(all)('$name says in words who may call it and what for', ({ description, summary }) => {
  expect(description).toMatch(/^[A-Z`].*\.$/s);
  expect(description).not.toContain(summary);
});

test.each(all)('$name is for anyone exactly if it is public', ({ roles, access }) => {
  expect(roles === 'anyone').toBe(access === 'public');
  if (access === 'ops') expect(roles).toEqual(['ops']);
  if (typeof roles !== 'string') expect(roles).toEqual(Role.options.filter((role) => roles.includes(role)));
});

test.each(all)('$name lists 401 only if it requires a token', ({ access, problems }) => {
  expect(problems.includes('unauthenticated')).toBe(access !== 'public');
});

test.each(all.filter(({ access }) => access === 'ops'))('$name lists 403 for roles other than ops', ({ problems }) => {
  expect(problems).toContain('forbidden');
});
