import { existsSync, readFileSync } from 'node:fs';
import { Consumes, publishedBy, type ServiceVersion, servedBy } from '@punctual/contracts/compatibility';
import { z } from 'zod';

const Manifest = z.object({ version: z.string(), dependencies: z.object({ '@punctual/contracts': z.string() }) });

/**
 * Reads what a service says about itself.
 * @param folder with a slash at its end; contains `package.json`, and `consumes.json` if it reads events
 */
export function readVersion(service: string, folder: URL, revision: string | undefined): ServiceVersion {
  const { version, dependencies } = Manifest.parse(readJson(new URL('package.json', folder)));
  const consumes = new URL('consumes.json', folder);
  return {
    service,
    version,
    revision: revision ?? null,
    contracts: dependencies['@punctual/contracts'],
    startedAt: new Date().toISOString(),
    publishes: publishedBy(service),
    consumes: existsSync(consumes) ? Consumes.parse(readJson(consumes)) : {},
    serves: servedBy(service),
  };
}

const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));
