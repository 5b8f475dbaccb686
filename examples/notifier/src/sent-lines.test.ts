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

test('what was sent is known, also after a restart', async () => {
  const sent = await openSentLines(path);
  expect(sent.has('a')).toBe(false);
  await sent.add('a', 'one line');
  expect(sent.has('a')).toBe(true);
  expect((await openSentLines(path)).has('a')).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('a one line\n');
});

test('half a line, as a crash leaves it, was not sent', async () => {
  writeFileSync(path, 'a für eine\nb hal');
  const sent = await openSentLines(path);
  expect([sent.has('a'), sent.has('b')]).toEqual([true, false]);
  await sent.add('b', 'whole');
  expect(readFileSync(path, 'utf8')).toBe('a für eine\nb whole\n');
});
