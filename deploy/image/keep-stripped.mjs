/**
 * `node keep-stripped.mjs FOLDER` keeps only the TypeScript without types of a compile cache: V8's
 * own code differs in each build (ADR 0024).
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const headerBytes = 20;
const codeOfV8 = 0xc0de;

const [folder = ''] = process.argv.slice(2);
for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  if (readFileSync(path).readUInt16LE(headerBytes + 2) === codeOfV8) rmSync(path);
}
