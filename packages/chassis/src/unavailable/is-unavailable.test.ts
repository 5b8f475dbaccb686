import { DriverException, OptimisticLockError } from '@mikro-orm/core';
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { isUnavailable } from './is-unavailable.ts';

/** As PostgreSQL answers it through `pg`. */
const answered = (sqlState: string) => Object.assign(new DatabaseError('refused', 0, 'error'), { code: sqlState });
const withCode = (code: string | number, name = 'Error') => Object.assign(new Error('failed'), { name, code });

/** The same error as each layer above the driver passes it on. */
function wrapped(error: Error): [string, unknown][] {
  return [
    ['alone', error],
    ['by the mapper', new DriverException(error)],
    ['as a cause', new Error('cannot do it', { cause: new Error('for this', { cause: error }) })],
    ['among several', new AggregateError([new Error('another'), error])],
  ];
}

const unavailable = [
  ...['08000', '08001', '08003', '08006', '08P01', '57P01', '57P02', '57P03', '57P04', '57014', '53000', '53100'],
  ...[
    '53200',
    '53300',
    '53400',
    '25006',
    '25P02',
    '25P03',
    '28000',
    '28P01',
    '3D000',
    '3F000',
    '42501',
    '42P01',
    '42703',
  ],
  ...[
    '42883',
    '0A000',
    '26000',
    '40001',
    '40P01',
    '55000',
    '55006',
    '55P03',
    '58000',
    '58030',
    '58P01',
    'F0000',
    'HV000',
  ],
  ...['P0001', 'XX000', 'XX001', 'XX002'],
];
const ownFault = ['21000', '22P02', '22001', '22003', '22008', '22021', '22P05', '23502', '23503', '23505', '23514'];
const ownFaultToo = ['23P01', '27000', '44000', '54000', '54001'];

test.each(unavailable)('PostgreSQL error %s means unavailable', (sqlState) => {
  for (const [how, error] of wrapped(answered(sqlState))) expect([how, isUnavailable(error)]).toEqual([how, true]);
});

test.each([...ownFault, ...ownFaultToo])('PostgreSQL error %s blames the query', (sqlState) => {
  for (const [how, error] of wrapped(answered(sqlState))) expect([how, isUnavailable(error)]).toEqual([how, false]);
});

test.each([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO', 'EMFILE'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ESERVFAIL'],
  ...[
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'HOSTNAME_MISMATCH'],
])('network error %s means unavailable', (code) => {
  for (const [how, error] of wrapped(withCode(code))) expect([how, isUnavailable(error)]).toEqual([how, true]);
});

test.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'The server does not support SSL connections',
  'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
])('pg error "%s" means unavailable', (message) => {
  for (const [how, error] of wrapped(new Error(message))) expect([how, isUnavailable(error)]).toEqual([how, true]);
});

const mongo: [name: string, code: number | undefined, expected: boolean][] = [
  ...[10107, 13435, 13436, 11600, 11602, 189, 91, 10058].map((code) => row('MongoServerError', code, true)),
  ...[1, 6, 7, 8, 13, 18, 50, 64, 89, 112, 202, 262, 14031].map((code) => row('MongoServerError', code, true)),
  row('MongoServerError', undefined, true),
  row('MongoWriteConcernError', 64, true),
  row('MongoBulkWriteError', 10107, true),
  ...['NetworkError', 'NetworkTimeoutError', 'ServerSelectionError', 'PoolClearedError', 'NotConnectedError'].map(
    (name) => row(`Mongo${name}`, undefined, true),
  ),
  ...['TopologyClosedError', 'ClientClosedError', 'WaitQueueTimeoutError', 'OperationTimeoutError'].map((name) =>
    row(`Mongo${name}`, undefined, true),
  ),
  ...[2, 9, 14, 121, 10334, 11000, 17280].map((code) => row('MongoServerError', code, false)),
  row('MongoBulkWriteError', 11000, false),
  row('MongoInvalidArgumentError', undefined, false),
  row('BSONError', undefined, false),
];

test.each(mongo)('MongoDB: %s with code %s: unavailable is %s', (name, code, expected) => {
  const error = Object.assign(new Error('refused'), { name }, code !== undefined && { code });
  expect(isUnavailable(error)).toBe(expected);
  expect(isUnavailable(new Error('a job failed', { cause: error }))).toBe(expected);
});

test('one unavailable write in a MongoDB bulk makes it unavailable', () => {
  const failed = (...codes: number[]) =>
    Object.assign(withCode(11000, 'MongoBulkWriteError'), { writeErrors: codes.map((code) => ({ code })) });
  expect(isUnavailable(failed(11000, 11000))).toBe(false);
  expect(isUnavailable(failed(11000, 10107))).toBe(true);
});

test.each([
  ['a TypeError', new TypeError("Cannot read properties of undefined (reading 'id')")],
  ['a refusal', new DomainError('job-not-open', 'The job is not open.')],
  ['a shape', z.string().safeParse(1).error],
  ['a newer version', OptimisticLockError.lockFailed('Payout')],
  ['a code of Node.js', withCode('ERR_ASSERTION')],
  ['a number that looks like a SQLSTATE', withCode(53_300)],
  ['no error', 'ECONNREFUSED'],
])('%s is not unavailable', (_what, error) => {
  expect(isUnavailable(error)).toBe(false);
});

function row(name: string, code: number | undefined, expected: boolean): [string, number | undefined, boolean] {
  return [name, code, expected];
}
