import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPackage } from './build-package.ts';
import { printType } from './print-type.ts';
import { apiFile, formattedApi } from './write-api.ts';

test('api.ts is up to date (else: npm run generate -w @punctual/client)', () => {
  expect(readFileSync(apiFile, 'utf8')).toBe(formattedApi());
});

test('a schema that it has no words for is no `any`', () => {
  expect(printType({ type: ['string', 'null'] })).toBe('string | null');
  expect(() => printType({ type: 'tuple' })).toThrow('There is no type for');
});

test('the published package is imported by an app that has nothing else', { timeout: 60_000 }, () => {
  // Really under node_modules, where an app has it: Node would refuse TypeScript there.
  const modules = join(import.meta.dirname, '../../node_modules');
  mkdirSync(modules, { recursive: true });
  const folder = mkdtempSync(join(modules, '.built-'));
  try {
    buildPackage(folder);
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
    const app = join(folder, 'app.mjs');
    writeFileSync(
      app,
      `import { createClient } from './index.js'; console.log(typeof createClient({ url: 'http://x' }).getJob);`,
    );
    expect(execFileSync(process.execPath, [app], { encoding: 'utf8' }).trim()).toBe('function');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
