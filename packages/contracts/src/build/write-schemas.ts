import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas } from '../events/json-schemas.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Where the published JSON Schemas lie, one file an event, named as the end of its `dataschema`.
 */
export const schemaFolder = join(root, 'schemas');

/** The files as they should be: name → schema. */
export function schemaFiles(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(jsonSchemas()).map(([dataschema, schema]) => [dataschema.replace(/^.*\//, ''), schema]),
  );
}

function writeSchemas(): void {
  rmSync(schemaFolder, { recursive: true, force: true });
  mkdirSync(schemaFolder);
  for (const [name, schema] of Object.entries(schemaFiles())) {
    writeFileSync(join(schemaFolder, name), JSON.stringify(schema));
  }
  const biome = join(root, '../../node_modules/@biomejs/biome/bin/biome');
  execFileSync(process.execPath, [biome, 'format', '--write', schemaFolder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

if (import.meta.main) writeSchemas();
