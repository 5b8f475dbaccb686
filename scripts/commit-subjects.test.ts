import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProblems, subjectsSinceMain } from './commit-subjects.mjs';

const script = fileURLToPath(new URL('commit-subjects.mjs', import.meta.url));
const long = `feat: ${'x'.repeat(67)}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-commits-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...identity, ...args], { cwd: folder, stdio: 'ignore' });
}

function commit(subject: string): void {
  git('commit', '--allow-empty', '--no-verify', '-m', subject);
}

test('findProblems reports subjects of more than 72 characters', () => {
  expect(findProblems([`fix: ${'x'.repeat(67)}`, `Merge ${long}`])).toEqual([]);
  expect(findProblems([long])).toEqual([`73 characters, at most 72 are allowed: ${long}`]);
});

test('subjectsSinceMain lists the commits of a branch', () => {
  git('init', '-b', 'main');
  commit(long);
  expect(subjectsSinceMain(folder)).toEqual([]);
  git('switch', '-c', 'branch');
  commit('fix: one');
  commit('fix: two');
  expect(subjectsSinceMain(folder)).toEqual(['fix: two', 'fix: one']);
});

test('subjectsSinceMain lists nothing in a shallow clone of main', () => {
  git('init', '-b', 'main');
  commit(long);
  commit(long);
  git('clone', '--depth', '1', pathToFileURL(folder).href, 'shallow');
  expect(subjectsSinceMain(join(folder, 'shallow'))).toEqual([]);
});

test('subjectsSinceMain lists nothing outside a repository', () => {
  expect(subjectsSinceMain(folder)).toEqual([]);
});

test('the commit-msg hook refuses a long subject', async () => {
  const message = join(folder, 'message');
  await writeFile(message, `${long}\n\nBody\n`);
  expect(spawnSync(process.execPath, [script, message], { encoding: 'utf8' })).toMatchObject({
    status: 1,
    stderr: `Commit subject too long (73 characters, at most 72 are allowed: ${long})\n`,
  });
  await writeFile(message, 'fix: short\n');
  expect(spawnSync(process.execPath, [script, message]).status).toBe(0);
});
