import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GatewayConfig } from '../services/gateway/src/config.ts';
import { Config as PayoutsConfig } from '../services/payouts/src/config.ts';
import { RemindersConfig } from '../services/reminders/src/config.ts';
import { Config as SchedulingConfig } from '../services/scheduling/src/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test.each([
  ['gateway', GatewayConfig.shape],
  ['scheduling', SchedulingConfig.shape],
  ['reminders', RemindersConfig.shape],
  ['payouts', PayoutsConfig.shape],
])('the README names each variable that %s reads, and no other', async (service, shape) => {
  const tables = configurationTables(await readFile(join(root, 'README.md'), 'utf8'));
  const documented = tables.flatMap(({ of, variables }) =>
    of === 'Every service' || of.split(', ').includes(service) ? variables : [],
  );
  const own = documented.filter((name) => !name.startsWith('OTEL_'));
  expect(own.toSorted()).toEqual(Object.keys(shape).toSorted());
});

test('every link within the documentation leads somewhere', async () => {
  const dead: string[] = [];
  for await (const file of glob('**/*.md', { cwd: root, exclude: (name) => name === 'node_modules' })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#');
      const linked = path === '' ? file : join(dirname(file), path);
      if (!(await leadsTo(linked, anchor))) dead.push(`${file}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

test('every file of code that the documentation names is there', async () => {
  const missing: string[] = [];
  for await (const file of glob('**/*.md', { cwd: root, exclude: (name) => name === 'node_modules' })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, named = ''] of text.matchAll(
      /`((?:src|test|services|packages|e2e|drills|ops|bench)\/[\w./-]+\.ts)`/g,
    )) {
      // What is said of any service holds for this one.
      const places = [named, join(dirname(file), named), join('services/scheduling', named)];
      if (!places.some((place) => existsSync(join(root, place)))) missing.push(`${file}: ${named}`);
    }
  }
  expect(missing).toEqual([]);
});

/** What each table of the chapter "Configuration" documents, under the bold line above it. */
function configurationTables(readme: string): { of: string; variables: string[] }[] {
  const chapter = readme.split('\n## ').find((text) => text.startsWith('Configuration')) ?? '';
  return [...chapter.matchAll(/\*\*(.+)\*\*\n\n((?:\|.*\n)+)/g)].map(([, of = '', table = '']) => ({
    of,
    variables: table.split('\n').flatMap((line) => (line.split('|')[1] ?? '').match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []),
  }));
}

async function leadsTo(path: string, anchor: string | undefined): Promise<boolean> {
  const text = await readFile(join(root, path), 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'EISDIR' ? '' : undefined,
  );
  if (text === undefined) return false;
  if (anchor === undefined || !path.endsWith('.md')) return true;
  return [...text.matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => slug(heading) === anchor);
}

/** As GitHub names the anchor of a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
