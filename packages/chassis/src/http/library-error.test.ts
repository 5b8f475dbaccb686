import { expect, test } from 'vitest';
import { toProblemAnswer } from './http-problem.ts';

const refusal = (status: number, more: object = {}) =>
  Object.assign(new Error('secret inside'), { status, statusCode: status, ...more });

const answerTo = (error: unknown) => toProblemAnswer(error, '/here');

test.each([
  [400, 'validation-failed'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [408, 'request-timeout'],
  [412, 'precondition-failed'],
  [413, 'payload-too-large'],
  [414, 'uri-too-long'],
  [415, 'unsupported-media-type'],
  [416, 'range-not-satisfiable'],
  [429, 'rate-limited'],
  [431, 'headers-too-large'],
])('%i of a library is %s', (status, code) => {
  const answer = answerTo(refusal(status));
  expect(answer).toMatchObject({ status, problem: { status, code } });
  expect(JSON.stringify(answer)).not.toContain('secret');
});

test.each([402, 405, 406, 409, 418, 422, 424, 499])(
  'a library error with status %i becomes an unreadable request',
  (status) => {
    expect(answerTo(refusal(status))).toMatchObject({ status: 400, problem: { code: 'validation-failed' } });
  },
);

test('an unsatisfiable range is refused with the length of the file', () => {
  const error = refusal(416, { headers: { 'Content-Range': 'bytes */7', 'X-Inside': '1' } });
  expect(answerTo(error).headers).toEqual({ 'Content-Range': 'bytes */7' });
});

test.each([
  ['a 5xx', refusal(500)],
  ['the answer that a client of ours got', Object.assign(new Error(), { statusCode: 404 })],
  ['a status that is no number', refusal(404, { status: '404', statusCode: '404' })],
])('%s is an internal error', (_what, error) => {
  expect(answerTo(error)).toMatchObject({ status: 500, problem: { code: 'internal-error' } });
});
