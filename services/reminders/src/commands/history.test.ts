import { expect, test } from 'vitest';
import { createHistory } from './history.ts';

const agreed = () => {
  const history = createHistory(new AbortController().signal);
  history.agree(history.generation(), true);
  return history;
};

test('what was read during a doubt does not belong to the history that was agreed on', () => {
  const history = agreed();
  history.doubt();
  const read = history.generation();
  history.agree(read, true);
  expect(history.isCaughtUp()).toBe(true);
  expect(history.generation()).not.toBe(read);
});

test('what was read since stays valid while nothing is doubted', () => {
  const history = agreed();
  const read = history.generation();
  history.agree(read, true);
  expect(history.generation()).toBe(read);
});

test('a check that began before a doubt does not end it', () => {
  const history = agreed();
  const began = history.generation();
  history.doubt();
  history.agree(began, true);
  expect(history.isCaughtUp()).toBe(false);
});

test('a doubt about the stream keeps all from publishing, but not from deciding', () => {
  const history = agreed();
  const read = history.generation();
  expect(history.agreesSince(read)).toBe(true);
  history.doubtStream();
  expect(history.isCaughtUp()).toBe(true);
  expect(history.agreesSince(read)).toBe(false);
  expect(history.agreesSince(history.generation())).toBe(false);
  history.agree(history.generation(), true);
  expect(history.agreesSince(read)).toBe(false);
  expect(history.agreesSince(history.generation())).toBe(true);
});
