import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from './build-package.ts';

// Really under node_modules, where a subscriber has it: Node would refuse TypeScript there.
const modules = join(import.meta.dirname, '../../node_modules');
let folder: string;

beforeAll(() => {
  mkdirSync(modules, { recursive: true });
  folder = mkdtempSync(join(modules, '.built-'));
  buildPackage(folder);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('the published package can be imported and reads an event', () => {
  const subscriber = join(folder, '..', `${folder.split('/').at(-1)}.mjs`);
  writeFileSync(
    subscriber,
    `import { allEvents, readReminderEvent } from '${folder}/index.js';
     console.log(readReminderEvent(allEvents['reminder.due'].example).data.kind);`,
  );
  try {
    expect(execFileSync(process.execPath, [subscriber], { encoding: 'utf8' }).trim()).toBe('upcoming-24h');
  } finally {
    rmSync(subscriber);
  }
});

test('it contains declarations, schemas and a manifest whose exports exist', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: '@punctual/contracts', dependencies: { zod: expect.any(String) } });
  for (const path of Object.values<string>(manifest.exports['.'])) expect(existsSync(join(folder, path))).toBe(true);
  for (const path of ['schemas/reminder.due.v1.json', 'README.md', 'LICENSE']) {
    expect(existsSync(join(folder, path))).toBe(true);
  }
  expect(existsSync(join(folder, 'openapi'))).toBe(false);
});
