import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSentLines } from './sent-lines.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sent-lines-'));
  path = join(folder, 'sent.txt');
});
afterEach(() => rmSync(folder, { recursive: true }));

const [customer, provider, stranger] = ['a', 'b', 'c'].map((digit) => `${digit}1936f2a-7c10-7000-8000-000000000001`);
const [noon, one] = ['2026-11-28T12:00:00.000Z', '2026-11-28T13:00:00.000Z'];
const about = (eventId: string, ...people: (string | undefined)[]) => ({
  eventId,
  time: noon,
  people: people as string[],
  text: `text of ${eventId}`,
});
const read = () => readFileSync(path, 'utf8');

test('a sent line is known, also after a restart', async () => {
  const sent = await openSentLines(path);
  expect(sent.has('1')).toBe(false);
  await sent.add(about('1', customer, provider));
  expect(sent.has('1')).toBe(true);
  expect((await openSentLines(path)).has('1')).toBe(true);
  expect(read()).toBe(`1 ${noon} ${customer},${provider} text of 1\n`);
});

test('half a line, as a crash leaves it, was not sent', async () => {
  writeFileSync(path, `1 ${noon} ${customer} für eine\n2 ${noon} hal`);
  const sent = await openSentLines(path);
  expect([sent.has('1'), sent.has('2')]).toEqual([true, false]);
  await sent.add(about('2', customer));
  expect(read()).toBe(`1 ${noon} ${customer} für eine\n2 ${noon} ${customer} text of 2\n`);
});

test('an erasure removes the text and the ids of people from lines about the person, and from no other', async () => {
  const sent = await openSentLines(path);
  for (const line of [about('1', customer, provider), about('2', stranger, provider), about('3', provider, customer)])
    await sent.add(line);
  await sent.erase({ personId: customer as string, at: one as string });
  expect(read()).toBe(
    `1 ${noon} - [erased]\n2 ${noon} ${stranger},${provider} text of 2\n3 ${noon} - [erased]\nperson.erased ${one} ${customer}\n`,
  );
  expect([sent.has('1'), (await openSentLines(path)).has('1')]).toEqual([true, true]);
});

test('an erasure covers lines from before it that arrive later, also after a restart', async () => {
  await (await openSentLines(path)).erase({ personId: customer as string, at: one as string });
  const sent = await openSentLines(path);
  await sent.erase({ personId: customer as string, at: noon as string });
  await sent.add(about('1', customer, provider));
  await sent.add({ ...about('2', customer, provider), time: one as string });
  expect(read()).toBe(
    `person.erased ${one} ${customer}\n1 ${noon} - [erased]\n2 ${one} ${customer},${provider} text of 2\n`,
  );
});

test('lines and erasures at once lose nothing', async () => {
  const sent = await openSentLines(path);
  const lines = Array.from({ length: 20 }, (_, index) => sent.add(about(String(index), stranger)));
  await Promise.all([...lines, sent.erase({ personId: customer as string, at: one as string })]);
  expect(read().trimEnd().split('\n')).toHaveLength(21);
});
