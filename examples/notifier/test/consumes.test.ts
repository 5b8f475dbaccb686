import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allEvents, type PersonErased } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { lineOf } from '../src/line-of.ts';
import { openSentLines } from '../src/sent-lines.ts';

test('consumes.json declares every field that a line is made of', () => {
  const declared = { consumes: new URL('../consumes.json', import.meta.url), consumer: 'notifier' };
  expect(undeclaredReads(declared, allEvents['reminder.due'].example, lineOf)).toEqual([]);
  expect(undeclaredReads(declared, allEvents['reminder.due'].example, ({ data }) => data.window.end)).toEqual([
    'data.window.end',
  ]);
});

test('consumes.json declares every field that an erasure reads', async () => {
  const declared = { consumes: new URL('../consumes.json', import.meta.url), consumer: 'notifier (erasures)' };
  const folder = mkdtempSync(join(tmpdir(), 'notifier-'));
  const sent = await openSentLines(join(folder, 'sent.txt'));
  const erasing: Promise<void>[] = [];
  const erase = ({ data }: PersonErased) => erasing.push(sent.erase(data));
  expect(undeclaredReads(declared, allEvents['person.erased'].example, erase)).toEqual([]);
  await Promise.all(erasing);
  rmSync(folder, { recursive: true });
});
