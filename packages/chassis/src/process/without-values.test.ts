import { DriverException } from '@mikro-orm/core';
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { serializeError } from './serialize-error.ts';
import { messageWithoutValues, withoutLiterals } from './without-values.ts';

// What real servers answer to broken rules is in e2e/no-values.test.ts; here is what they would say
// elsewhere.

const value = 'Mrs Miller';
const ofPostgres = (code: string, message: string) =>
  Object.assign(new DatabaseError(message, 0, 'error'), { code, detail: `Key (title)=(${value}) already exists.` });
const ofMongo = (code: number, message: string) =>
  Object.assign(new Error(message), { name: 'MongoServerError', code, keyValue: { title: value } });
const thrownBy = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

test.each<[string, Error, string]>([
  [
    'PostgreSQL',
    ofPostgres('22P02', `invalid input syntax for type uuid: "${value}"`),
    'invalid input syntax for type uuid[redacted]',
  ],
  [
    'PostgreSQL in German',
    ofPostgres('22P02', `ungültige Eingabesyntax für Typ uuid: »${value}«`),
    'ungültige Eingabesyntax für Typ uuid[redacted]',
  ],
  ['PostgreSQL in French', ofPostgres('22001', `valeur « ${value} » trop longue`), 'valeur [redacted]'],
  [
    'PostgreSQL, of a missing table',
    ofPostgres('42P01', 'relation "visit" does not exist'),
    'relation "visit" does not exist',
  ],
  [
    'MongoDB, of a duplicate',
    ofMongo(11000, `E11000 duplicate key error collection: shop.visits index: title_1 dup key: { title: "${value}" }`),
    'E11000 duplicate key error collection: shop.visits index: title_1',
  ],
  [
    'MongoDB, of a type',
    ofMongo(14, `Cannot apply $inc to a value of non-numeric type. {_id: "${value}"} has text`),
    'Cannot apply $inc to a value of non-numeric type. [redacted]',
  ],
  [
    'MongoDB, of a permission',
    ofMongo(13, `not authorized on shop to execute command { insert: "${value}" }`),
    'not authorized on shop to execute command [redacted]',
  ],
  ['JSON', thrownBy(() => JSON.parse(`{"notes": ${value}}`)), 'The text is not valid JSON'],
])('the message of %s contains no values', (_who, error, expected) => {
  expect(messageWithoutValues(error)).toBe(expected);
  expect(messageWithoutValues(new Error(`cannot do it: ${error.message}`, { cause: error }))).toBe(
    `cannot do it: ${expected}`,
  );
  expect(JSON.stringify(serializeError(new AggregateError([error])))).not.toContain(value);
});

test('a schema error is reported without the input', () => {
  const Shape = z.strictObject({
    at: z.iso.datetime(),
    by: z.record(z.enum(['a']), z.number()),
    of: z.union([z.literal(1), z.uuid()]),
  });
  const failed = Shape.safeParse(
    { at: value, by: { [value]: value }, of: value, [value]: value },
    { reportInput: true },
  );
  const message = messageWithoutValues(failed.error as Error);
  expect(message).not.toContain(value);
  expect(JSON.parse(message)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ path: ['at'], code: 'invalid_format', format: 'datetime' }),
      expect.objectContaining({ path: [], code: 'unrecognized_keys', message: 'Unrecognized keys' }),
    ]),
  );
  expect(JSON.stringify(serializeError(failed.error))).not.toContain(value);
});

test('a value that looks like a stack line is removed', () => {
  const error = ofPostgres('22P02', `invalid input syntax for type json: "\n    at ${value} (x.ts:1:1)\n"`);
  expect(JSON.stringify(serializeError(new DriverException(error)))).not.toContain(value);
});

test.each([
  ["insert into t0 values ('it''s', 12.50, E'back\\\\slash\\'s', 'end\\', 7)", 'insert into t0 values (?, ?, ?, ?, ?)'],
  ['select $1, "t1"."a" from t1 where b = \'x\' and c > 5', 'select $1, "t1"."a" from t1 where b = ? and c > ?'],
  ["select 'a' 'b', E'\\x41' limit 20", 'select ? ?, ? limit ?'],
  ["update t set a = 'never closed", 'update t set a = [redacted]'],
])('%s has no literals', (sql, expected) => {
  expect(withoutLiterals(sql)).toBe(expected);
});
