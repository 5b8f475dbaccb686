import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Consumes, type DeclaredUse } from '../compatibility/declared-use.ts';

const repository = join(import.meta.dirname, '../../../..');

/**
 * What every service and example declares to read: `<folder>/consumes.json`, by the name of the
 * consumer.
 */
export function declaredUses(): DeclaredUse[] {
  return globSync('{services,examples}/*/consumes.json', { cwd: repository })
    .toSorted()
    .flatMap((path) => Object.entries(Consumes.parse(JSON.parse(readFileSync(join(repository, path), 'utf8')))))
    .map(([consumer, use]) => ({ consumer, ...use }));
}
