/** `node e2e/migrations/freeze.ts`, at a release: writes the digests of all migrations, which never change again. */

import { writeFile } from 'node:fs/promises';
import { digestOf, schemas, sqlOf, sqlServices } from './migrations.ts';

const digests = sqlServices.map((service) => {
  const migrations = schemas[service].migrations.map((each) => sqlOf(each));
  return [service, Object.fromEntries(migrations.map((each) => [each.name, digestOf(each)]))];
});
const file = new URL('released.json', import.meta.url);
await writeFile(file, `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`);
