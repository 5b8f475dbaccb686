import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { presentShapes } from '../compatibility/event-shape.ts';
import { openApiDocument } from '../openapi/index.ts';
import { version } from '../version.ts';
import { releasedFolder, releasedShapes, releasedVersions } from './released.ts';
import { documentFile, withoutExamples } from './released-documents.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Freezes the events and the OpenAPI document as they are now under the version in package.json.
 * @throws when that version was released with other ones: what is released stays as it is
 */
export function releaseSchemas(): void {
  // As they are read again: without what JSON leaves out.
  const shapes = JSON.parse(JSON.stringify(presentShapes()));
  if (releasedVersions().includes(version)) {
    if (isDeepStrictEqual(releasedShapes(version), shapes)) return;
    throw new Error(`${version} is released with other events: raise the version in package.json first`);
  }
  const folder = join(releasedFolder, version);
  mkdirSync(folder, { recursive: true });
  for (const [type, shape] of Object.entries(shapes)) {
    writeFileSync(join(folder, `${type}.json`), JSON.stringify(shape));
  }
  writeFileSync(documentFile(version), JSON.stringify(withoutExamples(openApiDocument())));
  const biome = join(root, '../../node_modules/@biomejs/biome/bin/biome');
  execFileSync(process.execPath, [biome, 'format', '--write', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (import.meta.main) releaseSchemas();
