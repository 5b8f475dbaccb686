import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { buildPackage } from './build-package.ts';

/** Bytes of the whole client, as an app downloads it: bundled, minified and gzipped. */
export async function measureSize(): Promise<number> {
  const folder = mkdtempSync(join(import.meta.dirname, '../../.size-'));
  try {
    buildPackage(folder);
    const bundle = await rolldown({ input: join(folder, 'index.js') });
    const { output } = await bundle.generate({ format: 'esm', minify: true });
    await bundle.close();
    return gzipSync(output[0].code).length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) process.stdout.write(`${await measureSize()} bytes, minified and gzipped\n`);
