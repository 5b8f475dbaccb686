import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { schemaFiles, schemaFolder } from './write-schemas.ts';

const expected = schemaFiles();

test('schemas/ holds every schema and nothing else', () => {
  expect(readdirSync(schemaFolder).sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))('%s is up to date (else: npm run schemas)', (name, schema) => {
  expect(JSON.parse(readFileSync(join(schemaFolder, name), 'utf8'))).toEqual(schema);
});
