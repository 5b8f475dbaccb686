import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { releasedShapes } from '../../packages/contracts/src/build/released.ts';
import { presentShapes } from '../../packages/contracts/src/compatibility/event-shape.ts';
import { version } from '../../packages/contracts/src/version.ts';
import { releasesIn } from './releases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.changeset');
const names = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
const changesets = names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const released = releasesIn(root).map(({ name }) => name);

test('every changeset names parts that are released, how large, and says what changed', () => {
  for (const { name, text } of changesets) {
    const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
    for (const line of head.split('\n')) {
      const [, part] = /^["']?(@punctual\/[a-z]+)["']?: (?:patch|minor|major)$/.exec(line) ?? [];
      expect(released, `${name}: ${line}`).toContain(part);
    }
    expect(body.trim().length, name).toBeGreaterThan(20);
  }
});

test('a change of events since the last release has a changeset of the contracts', () => {
  const present = JSON.parse(JSON.stringify(presentShapes()));
  if (isDeepStrictEqual(present, releasedShapes(version))) return;
  expect(changesets.some(({ text }) => /^["']?@punctual\/contracts["']?:/m.test(text))).toBe(true);
});
