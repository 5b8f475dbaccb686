import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceNames } from '@punctual/devstack';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCommit, MissingRelease, type Release, readReleases, releasesOf } from './releases.ts';

const release: Release = { version: '7.8.9', commit: 'a'.repeat(40), date: '2026-11-30' };

let clone: string;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'punctual-releases-'));
  git('init', '--quiet');
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'one');
});

afterEach(() => rm(clone, { recursive: true }));

const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, encoding: 'utf8' }).trim();

test('releases.json lists the releases of every service by date, each commit once', async () => {
  const releases = await readReleases();
  expect(releases.map(({ date }) => date)).toEqual(releases.map(({ date }) => date).sort());
  expect(new Set(releases.map(({ commit }) => commit)).size).toBe(releases.length);
  for (const service of serviceNames) expect(releasesOf(service, releases).length).toBeGreaterThanOrEqual(2);
});

test('releases of one service count for that service only', () => {
  const own: Release = { ...release, service: 'payouts', version: '7.9.0' };
  expect(releasesOf('payouts', [release, own])).toEqual([own, release]);
  expect(releasesOf('gateway', [release, own])).toEqual([release]);
});

test('findCommit takes the commit, else the tag, else says how to get the release', async () => {
  const head = git('rev-parse', 'HEAD');
  expect(await findCommit({ ...release, commit: head }, clone)).toBe(head);
  const missing = findCommit(release, clone);
  await expect(missing).rejects.toThrow(MissingRelease);
  await expect(missing).rejects.toThrow(
    'Release 7.8.9 (commit aaaaaaaa) is not in this clone. Get it with: git fetch --tags origin',
  );
  git('tag', 'v7.8.9');
  expect(await findCommit(release, clone)).toBe(head);
  const own: Release = { ...release, service: 'gateway' };
  await expect(findCommit(own, clone)).rejects.toThrow(MissingRelease);
  git('tag', '@punctual/gateway@7.8.9');
  expect(await findCommit(own, clone)).toBe(head);
});

test('findCommit says that a shallow clone lacks the history', async () => {
  git('clone', '--quiet', '--depth', '1', `file://${clone}`, 'shallow');
  await expect(findCommit(release, join(clone, 'shallow'))).rejects.toThrow('git fetch --unshallow --tags origin');
});
