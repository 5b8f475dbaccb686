import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runIn } from './run-in.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'punctual-released-'));
const clone = join(folder, 'clone');
const git = (...args: string[]) => runIn(clone, 'git', args);

/** The program in the clone, without a registry, a cache or anybody's credentials. */
function release(...args: string[]) {
  const { PATH } = process.env;
  const env = {
    PATH,
    HOME: folder,
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_cache: join(folder, 'cache'),
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release/release.ts', ...args], {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** What a release versions, whether it is published or only part of images. */
const versioned = [
  ...['contracts', 'client', 'chassis', 'operations', 'ops', 'pages'],
  ...['gateway', 'scheduling', 'reminders', 'payouts', 'console'],
];

const versionOf = (part: string): string => JSON.parse(readFileSync(join(clone, part, 'package.json'), 'utf8')).version;

function commit(message: string): void {
  git('add', '--all');
  git('-c', 'user.name=Test', '-c', 'user.email=test@punctual.example', 'commit', '--quiet', '--message', message);
}

// A clone of the files as they are now, with one change to release and the last release tagged.
beforeAll(() => {
  for (const path of runIn(root, 'git', ['ls-files', '--cached', '--others', '--exclude-standard']).split('\n')) {
    if (path === '' || path.startsWith('.changeset/') || !existsSync(join(root, path))) continue;
    mkdirSync(join(clone, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(clone, path));
  }
  cpSync(join(root, '.changeset/config.json'), join(clone, '.changeset/config.json'));
  for (const modules of globSync(['node_modules', '{packages,services}/*/node_modules'], { cwd: root })) {
    symlinkSync(join(root, modules), join(clone, modules));
  }
  git('init', '--quiet', '--initial-branch=main');
  // Our links, which `node_modules/` in .gitignore does not mean.
  writeFileSync(join(clone, '.git/info/exclude'), 'node_modules\n');
  commit('everything');
  for (const part of versioned) {
    const path = globSync([`{packages,services}/${part}`, part], { cwd: clone })[0] ?? '';
    git('tag', `@punctual/${part}@${versionOf(path)}`);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

test('nothing is released without a changeset', () => {
  expect(release('--plan')).toMatchObject({ status: 0, stdout: '[]\n' });
  expect(release('--dry-run').stdout).toBe(
    'Nothing to release: no changeset, and every version has its tag.\nDry run: nothing was changed, published or tagged.\n',
  );
  expect(release().stdout).toBe('Nothing to release: .changeset/ has no changesets.\n');
});

test('the dry run names versions, images, packages, tags and notes, and changes nothing', { timeout: 300_000 }, () => {
  writeFileSync(
    join(clone, '.changeset/new-filter.md'),
    '---\n"@punctual/scheduling": patch\n"@punctual/contracts": minor\n---\n\nJobs have a filter.\n',
  );
  commit('a change');
  const before = [git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain', '--ignored')];
  const { status, stdout, stderr } = release('--dry-run');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const line of [
    /^ {2}@punctual\/contracts +\d+\.\d+\.\d+ → \d+\.\d+\.0$/m,
    /^ {2}@punctual\/client +\d+\.\d+\.\d+ → \d+\.\d+\.0$/m,
    /^ {2}scheduling:\d+\.\d+\.\d+ +target service, SBOM of \d{3} packages, provenance$/m,
    /^ {2}ops:\d+\.\d+\.\d+ +target ops, /m,
    /^ {2}@punctual\/contracts@\d+\.\d+\.0 +\d+ files, \d+ kB, with provenance$/m,
    /^ {2}@punctual\/gateway@\d+\.\d+\.\d+$/m,
    /^ {6}- \w+: Jobs have a filter\.$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  expect([git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain', '--ignored')]).toEqual(before);
});

test('a release refuses uncommitted work, then raises versions and freezes schemas', () => {
  writeFileSync(join(clone, 'unfinished.txt'), '');
  expect(release()).toMatchObject({ status: 1, stderr: 'Commit or stash your changes first.\n' });
  rmSync(join(clone, 'unfinished.txt'));
  const [old, gateway] = [versionOf('packages/contracts'), versionOf('services/gateway')];
  const { status, stdout } = release();
  expect(status).toBe(0);
  const version = versionOf('packages/contracts');
  expect(stdout).toContain(`@punctual/contracts ${old} → ${version}`);
  expect(versionOf('packages/client')).toBe(version);
  // What has not changed itself takes the new contracts over.
  expect(versionOf('services/gateway')).not.toBe(gateway);
  const { info } = JSON.parse(readFileSync(join(clone, `packages/contracts/released/${version}/openapi.json`), 'utf8'));
  expect(info.version).toBe(version);
  const lock = JSON.parse(readFileSync(join(clone, 'package-lock.json'), 'utf8'));
  expect(lock.packages['services/gateway'].dependencies['@punctual/contracts']).toBe(version);
  expect(existsSync(join(clone, '.changeset/new-filter.md'))).toBe(false);
  const planned = JSON.parse(release('--plan').stdout).map(({ name }: { name: string }) => name);
  expect(planned).toContain('@punctual/gateway');
  expect(JSON.parse(release('--plan').stdout)).toContainEqual(
    expect.objectContaining({
      tag: `@punctual/contracts@${version}`,
      notes: expect.stringContaining('Jobs have a filter.'),
    }),
  );
});

test('an unknown option or image is refused with what is allowed', () => {
  expect(release('--publish')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('npm run release -- --dry-run'),
  });
  expect(release('--sbom', 'postgres').stderr).toBe(
    'No image is called postgres. Images: console gateway ops payouts reminders scheduling\n',
  );
});
