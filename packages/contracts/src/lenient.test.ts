import { expect, test } from 'vitest';
import { z } from 'zod';
import { lenient } from './lenient.ts';

const Part = z.strictObject({ n: z.int() }).meta({ id: 'LenientTestPart', description: 'a part' });
const Whole = z.strictObject({ a: Part, b: Part.nullable(), c: z.array(Part), d: Part.optional(), e: z.enum(['X']) });

test('unknown fields are dropped at every depth', () => {
  const part = { n: 1, more: true };
  expect(lenient(Whole).parse({ a: part, b: part, c: [part], d: part, e: 'X', more: [] })).toEqual({
    a: { n: 1 },
    b: { n: 1 },
    c: [{ n: 1 }],
    d: { n: 1 },
    e: 'X',
  });
});

test.each([
  { a: { n: 1.5 }, b: null, c: [], e: 'X' },
  { a: { n: 1 }, c: [], e: 'X' },
  { a: { n: 1 }, b: null, c: [{}], e: 'X' },
  { a: { n: 1 }, b: null, c: [], e: 'Y' },
])('a wrong or missing field is still refused: %j', (value) => {
  expect(lenient(Whole).safeParse(value).success).toBe(false);
});

test('the strict schema stays strict', () => {
  lenient(Whole);
  expect(Whole.safeParse({ a: { n: 1, more: true }, b: null, c: [], e: 'X' }).success).toBe(false);
});

test('the copy keeps the description but not the name', () => {
  expect(lenient(Part).meta()).toEqual({ description: 'a part' });
});
