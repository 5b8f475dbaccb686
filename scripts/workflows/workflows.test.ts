import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { actionlintOf, hasGo } from './actionlint.ts';
import { hasPython, zizmorOf } from './zizmor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const names = await readdir(folder);
const paths = names.map((name) => join(folder, name));
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** Gives a workflow of one job with these steps to a linter. */
async function withWorkflow<T>(text: string, lint: (files: readonly string[]) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'punctual-workflow-'));
  try {
    const file = join(scratch, 'scratch.yml');
    await writeFile(file, text);
    return await lint([file]);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

test.skipIf(!hasGo())(
  'actionlint accepts every workflow, and not a key that is given twice',
  { timeout: 300_000 },
  async () => {
    expect(await actionlintOf(paths)).toBe('');
    const twice = 'on: push\non: push\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ run: "true" }] } }\n';
    expect(await withWorkflow(twice, actionlintOf)).toContain('duplicated');
  },
);

test.skipIf(!hasPython())(
  'zizmor finds no risk in any workflow, and finds a title that is run as a script',
  { timeout: 300_000 },
  async () => {
    expect(await zizmorOf(paths)).toEqual([]);
    const injected = `on: issues
permissions: {}
jobs: { a: { runs-on: ubuntu-24.04, steps: [{ run: 'echo \${{ github.event.issue.title }}' }] } }
`;
    expect(await withWorkflow(injected, zizmorOf)).toContain('template-injection');
  },
);

test.each(names)('%s pins each action by the digest of a version', async (name) => {
  const actions = (await readFile(join(folder, name), 'utf8')).match(/uses: (?!\.\/).*/g) ?? [];
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(names)('%s runs scripts that exist', async (name) => {
  const text = await readFile(join(folder, name), 'utf8');
  const runs = [...text.matchAll(/npm run (?:-s )?([\w:-]+)\b(?! -w)/g)].map(([, script]) => script);
  const listed = [...text.matchAll(/script: \[(.*)\]/g)].flatMap(([, list = '']) => list.split(', '));
  for (const script of [...runs, ...listed]) expect(Object.keys(scripts), name).toContain(script);
});
