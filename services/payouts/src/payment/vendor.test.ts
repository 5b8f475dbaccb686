import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('only the factory names the payment vendor', async () => {
  const src = fileURLToPath(new URL('..', import.meta.url));
  const importing: string[] = [];
  for await (const file of glob('**/*.ts', { cwd: src })) {
    if (file.startsWith('payment/stripe/') || file.endsWith('.test.ts')) continue;
    if (/from '(stripe|.*\/stripe\/.*)'/.test(await readFile(`${src}/${file}`, 'utf8'))) importing.push(file);
  }
  expect(importing).toEqual(['payment/create-provider.ts']);
});
