import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as contracts from './index.ts';

const shapes = Object.entries(contracts).flatMap(([name, value]): [string, z.ZodType][] =>
  value instanceof z.ZodType ? [[name, value]] : [],
);
const withExamples = shapes.filter(([, schema]) => schema.meta()?.examples);
const bodiesAndAnswers = Object.values(contracts.endpoints).flatMap((endpoint: contracts.Endpoint) => [
  { name: `the body of ${endpoint.name}`, schema: endpoint.body },
  { name: `the answer of ${endpoint.name}`, schema: endpoint.success.schema },
]);

describe('every example', () => {
  test.each(withExamples)('of %s is valid and complete', (_name, schema) => {
    for (const example of schema.meta()?.examples ?? []) expect(schema.parse(example)).toEqual(example);
  });

  test.each(Object.values(contracts.allEvents))('of $type is valid and complete', (contract) => {
    expect(contract.strict.parse(contract.example)).toEqual(contract.example);
  });
});

test.each(bodiesAndAnswers)('$name has an example', ({ schema }) => {
  if (!(schema instanceof z.ZodObject)) return;
  expect(schema.meta()?.examples).not.toHaveLength(0);
});

test('a named schema is exported under that name', () => {
  const named = shapes.filter(([, schema]) => schema.meta()?.id);
  expect(named.length).toBeGreaterThan(30);
  for (const [name, schema] of named) expect(schema.meta()?.id).toBe(name);
});
