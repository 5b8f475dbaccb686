import { expect, test } from 'vitest';
import { isUnavailable } from './unavailable.ts';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

test.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '08006', '53300'])('%s means that a server is away', (code) => {
  expect(isUnavailable(withCode(code))).toBe(true);
  expect(isUnavailable(new Error('wrapped', { cause: withCode(code) }))).toBe(true);
  expect(isUnavailable(new AggregateError([withCode(code)]))).toBe(true);
});

test.each(['23505', '23P01', '22P02', '40001', 'ERR_ASSERTION'])('%s does not', (code) => {
  expect(isUnavailable(withCode(code))).toBe(false);
});

test.each(['Connection terminated unexpectedly', 'Client has encountered a connection error and is not queryable'])(
  'pg: %s',
  (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  },
);

test('what is no error is none', () => {
  expect(isUnavailable('ECONNREFUSED')).toBe(false);
});
