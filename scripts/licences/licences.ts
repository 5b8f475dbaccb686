import { readFileSync } from 'node:fs';

/** A package of the lockfile. */
export type Licensed = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly isTool: boolean;
};

type Locked = { version: string; license?: string; link?: boolean; dev?: boolean };

/** Licences that let us ship the package with our own code under Apache-2.0. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  // What htmx calls 0BSD.
  'BSD-0-Clause',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Unlicense',
]);
/** Of tools that run here and are not shipped. */
const forTools = new Set(['MPL-2.0', 'PSF-2.0']);
/** Their package.json names no licence in SPDX form; what they say is MIT. */
const mitByFile = new Set([
  'buildcheck',
  'compute-gcd',
  'compute-lcm',
  'cpu-features',
  'ssh2',
  'validate.io-function',
  'validate.io-integer',
  'validate.io-integer-array',
  'validate.io-number',
]);

/** Every package that the repository installs, by name. */
export function lockedPackages(): Licensed[] {
  const lockfile = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  return Object.entries<Locked>(lockfile.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version, license, dev = false }]) => {
      const name = path.split('node_modules/').at(-1) ?? '';
      return { name, version, licence: license ?? (mitByFile.has(name) ? 'MIT' : 'unknown'), isTool: dev };
    })
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Whether one of the licences that a package offers is on our list. */
export function isAllowed({ licence, isTool }: Licensed): boolean {
  const [, choice = licence] = /^\((.*)\)$/.exec(licence) ?? [];
  return choice.split(' OR ').some((each) => permissive.has(each) || (isTool && forTools.has(each)));
}

if (import.meta.main) {
  for (const each of lockedPackages()) {
    const remark = isAllowed(each) ? '' : '  NOT ALLOWED';
    console.log(`${each.licence.padEnd(16)}${each.isTool ? 'tool  ' : '      '}${each.name}@${each.version}${remark}`);
  }
}
