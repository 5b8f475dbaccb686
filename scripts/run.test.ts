import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const source = readFileSync(new URL('scripts/run.mjs', root), 'utf8');

test.each(Object.entries<string>(scripts).filter(([, command]) => command.includes('run.mjs')))(
  'npm run %s has a program that exists',
  (name) => {
    const [, program = ''] = new RegExp(`^  '?${name}'?: \\['([^']+)'`, 'm').exec(source) ?? [];
    expect(program).not.toBe('');
    expect(existsSync(new URL(program, root))).toBe(true);
  },
);

test('run.mjs refuses an unknown script and names the others', () => {
  const run = spawnSync(process.execPath, [fileURLToPath(new URL('scripts/run.mjs', root)), 'nope'], {
    encoding: 'utf8',
  });
  expect(run).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^Unknown script: nope\. Scripts: start demo /),
  });
});
