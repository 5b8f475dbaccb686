import { expect, test } from 'vitest';
import { z } from 'zod';
import { fromCursor, toCursor } from './cursor.ts';

const Place = z.tuple([z.literal('list'), z.string().regex(/^\d+$/).transform(Number)]);

test('a cursor decodes to the position it encodes', () => {
  expect(fromCursor(toCursor('list', 17), Place)).toEqual(['list', 17]);
});

test.each([
  ['of another list', toCursor('other', 17)],
  ['with more to it', toCursor('list', 17, 1)],
  ['of another form', toCursor('list', 'x')],
  ['padded', `${toCursor('list', 17)}=`],
  ['with a sign that the decoder skips', `${toCursor('list', 17)}!`],
  ['empty', ''],
])('a cursor %s is refused as `cursor`', (_what, cursor) => {
  expect(() => fromCursor(cursor, Place)).toThrow(
    expect.objectContaining({
      code: 'validation-failed',
      extras: { errors: [expect.objectContaining({ path: '/cursor' })] },
    }),
  );
});
