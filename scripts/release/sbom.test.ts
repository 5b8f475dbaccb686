import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { releasesIn } from './releases.ts';
import { type Bom, sbomOf, workspacesOf } from './sbom.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const images = releasesIn(root)
  .filter(({ image }) => image)
  .map((release) => ({ ...release, bom: sbomOf(root, release.folder) }));
const library = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'));
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** The schema of CycloneDX 1.5, from the project itself. */
const schemaOf = (name: string) => readJson(join(library, `res/schema/${name}.SNAPSHOT.schema.json`));
const ajv = new Ajv({ strict: false, formats: { 'iri-reference': true, 'idn-email': true } });
addFormats.default(ajv);
const isCycloneDx = ajv
  .addSchema(schemaOf('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  .addSchema(schemaOf('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  .compile(schemaOf('bom-1.5'));

test.each(images)(
  'the SBOM of $folder is CycloneDX 1.5 and lists what its image installs',
  ({ folder, name, version, bom }) => {
    expect(isCycloneDx(bom), JSON.stringify(isCycloneDx.errors)).toBe(true);
    expect(bom.metadata.component).toMatchObject({ version, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` });
    const parts = workspacesOf(root, folder).map((part) => readJson(join(root, part, 'package.json')));
    const direct = Object.entries<string>(Object.assign({}, ...parts.map(({ dependencies }) => dependencies)));
    const listed = new Set(bom.components.map(({ purl }) => decodeURIComponent(purl)));
    expect(direct.filter(([each, exact]) => !listed.has(`pkg:npm/${each}@${exact}`))).toEqual([]);
  },
);

test('an SBOM lists no tool and no package of another service', () => {
  const boms = new Map(images.map(({ image, bom }) => [image?.name, bom]));
  const lists = (bom: Bom | undefined, name: string) => bom?.components.some(({ purl }) => purl.includes(`/${name}@`));
  for (const bom of boms.values()) {
    for (const name of ['vitest', 'typescript', 'testcontainers', '%40punctual/devstack', '%40biomejs/biome']) {
      expect(lists(bom, name), name).toBe(false);
    }
  }
  expect(lists(boms.get('reminders'), 'mongodb')).toBe(true);
  expect(lists(boms.get('payouts'), 'stripe')).toBe(true);
  for (const name of ['mongodb', 'stripe', 'agenda']) expect(lists(boms.get('gateway'), name), name).toBe(false);
});

test('the schema refuses a document that is not CycloneDX', () => {
  expect(isCycloneDx({ bomFormat: 'SPDX', specVersion: '1.5', version: 1 })).toBe(false);
  expect(isCycloneDx({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [{ name: 'a' }] })).toBe(
    false,
  );
});
