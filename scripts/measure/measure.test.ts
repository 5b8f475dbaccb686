import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCycles } from './cycles.ts';
import { findHomonyms } from './homonyms.ts';
import { findLongLines } from './prose.ts';
import { measureSizes } from './sizes.ts';
import { toSourceFile } from './source-file.ts';

test('findHomonyms lists names that two files declare, and no re-export', () => {
  const files = [
    toSourceFile('one.ts', 'export type Answer = 1;\nexport function ask() {}\ntype Own = 1;\n'),
    toSourceFile('two.ts', 'export type Answer = 2;\nexport const ask = 1;\ntype Own = 1;\n'),
    toSourceFile('index.ts', "export { type Answer, ask } from './one.ts';\n"),
  ];
  expect(findHomonyms(files)).toEqual([
    { name: 'Answer', kind: 'type', files: ['one.ts', 'two.ts'] },
    { name: 'ask', kind: 'value', files: ['one.ts', 'two.ts'] },
  ]);
});

test('findCycles follows relative imports and packages, imports of types included', () => {
  const files = [
    toSourceFile('a/src/one.ts', "import type { Two } from './two.ts';\n"),
    toSourceFile('a/src/two.ts', "import {\n  three,\n} from '@punctual/b';\n"),
    toSourceFile('b/src/index.ts', "export { one } from '../../a/src/one.ts';\n"),
    toSourceFile('b/src/leaf.ts', "import { one } from '../../a/src/one.ts';\n"),
  ];
  expect(findCycles(files, new Map([['@punctual/b', 'b/src/index.ts']]))).toEqual([
    ['a/src/one.ts', 'a/src/two.ts', 'b/src/index.ts'],
  ]);
});

test('findLongLines skips tables, code and string literals', async () => {
  const long = 'word '.repeat(21);
  const root = await mkdtemp(join(tmpdir(), 'punctual-measure-'));
  try {
    await writeFile(join(root, 'page.md'), `${long}\n| ${long} |\n\`\`\`\n${long}\n\`\`\`\n    ${long}\n`);
    const source = toSourceFile('one.ts', `/** ${long} */\nconst text = '${long}';\n  // ${long}\n`);
    expect(findLongLines(root, ['page.md'], [source])).toEqual({
      limit: 100,
      markdown: ['page.md:1'],
      comments: ['one.ts:1', 'one.ts:3'],
    });
  } finally {
    await rm(root, { recursive: true });
  }
});

test('measureSizes counts tests apart from source, and tooling apart from the product', () => {
  const files = [
    toSourceFile('services/payouts/src/app.ts', 'one\ntwo\n'),
    toSourceFile('services/payouts/src/main.ts', 'one\ntwo\nthree\nfour\n'),
    toSourceFile('services/payouts/test/world.ts', 'one\n'),
    toSourceFile('ops/src/main.ts', 'one\n'),
  ];
  expect(measureSizes(files)).toMatchObject({
    'product source': { files: 2, lines: 6, median: 2, p90: 4, max: 4 },
    'product tests': { files: 1, lines: 1 },
    'tooling source': { files: 1 },
    'all source': { files: 3, lines: 7 },
  });
});
