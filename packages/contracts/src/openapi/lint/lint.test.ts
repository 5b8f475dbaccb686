import { expect, test } from 'vitest';
import { openApiDocument } from '../index.ts';
import { lintWithRedocly, lintWithSpectral } from './lint.ts';

type Draft = ReturnType<typeof JSON.parse>;

const draft = (audience: 'all' | 'app' = 'all'): Draft => JSON.parse(JSON.stringify(openApiDocument({ audience })));

test.each(['all', 'app'] as const)('Redocly finds no error and no warning for %s', async (audience) => {
  expect(await lintWithRedocly(draft(audience))).toEqual([]);
});

test('Spectral finds no error and no warning, by its rules and ours', { timeout: 300_000 }, async () => {
  expect(await lintWithSpectral(draft())).toEqual([]);
});

test('a document that breaks each rule is refused, and the place is named', { timeout: 300_000 }, async () => {
  const small = draft('app');
  const keep = '/assignments/{id}/schedule/confirm';
  small.paths = { [keep]: small.paths[keep] };
  const { post } = small.paths[keep];
  delete post.description;
  delete post['x-roles'];
  delete post.parameters[0].description;
  delete post.parameters[1].example;
  delete small.components.schemas.Assignment.properties.status.description;
  delete post.responses[200].headers.ETag.description;
  delete post.responses[200].content['application/json'].example;
  const findings = (await lintWithSpectral(small)).filter((each) => !each.startsWith('oas3-unused-component'));
  for (const [rule, place] of [
    ['our-operation-description', 'confirm/post'],
    ['our-operation-roles', 'confirm/post'],
    ['our-parameter-description', 'parameters/0'],
    ['our-parameter-example', 'parameters/1'],
    ['our-property-description', 'schemas/Assignment/properties/status'],
    ['our-header-description', 'headers/ETag'],
    ['our-json-example', 'content/application/json'],
  ] as const)
    expect(
      findings.filter((each) => each.startsWith(`${rule}:`) && each.includes(place)),
      rule,
    ).toHaveLength(1);
  small.components.schemas.Assignment.properties.status = { $ref: '#/components/schemas/Nowhere' };
  expect(await lintWithRedocly(small)).toEqual(expect.arrayContaining([expect.stringContaining('no-unresolved-refs')]));
});
