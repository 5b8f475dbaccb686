import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printApi } from './print-api.ts';

/** The path of the generated source. */
export const apiFile = join(import.meta.dirname, '../api.ts');

/** Generates the source from the documents. */
export function formattedApi(): string {
  const biome = join(import.meta.dirname, '../../../../node_modules/@biomejs/biome/bin/biome');
  const format = [biome, 'format', `--stdin-file-path=${apiFile}`];
  return execFileSync(process.execPath, format, { input: printApi(), encoding: 'utf8' });
}

if (import.meta.main) writeFileSync(apiFile, formattedApi());
