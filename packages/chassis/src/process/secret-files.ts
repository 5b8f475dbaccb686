import { readFileSync, statSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Settings = {
  /** The variables that are set, with the values from files. */
  values: Record<string, string | undefined>;
  /** By the name of the variable. */
  problems: Map<string, string>;
  /** The variable that gave a setting its value. */
  origin(name: string): string;
};

const mostBytes = 64 * 1024;

/**
 * The settings of `names`, each from its variable or from the file that `<name>_FILE` names, as
 * orchestrators mount secrets. Line breaks at the end of a file do not count. A variable that ends
 * in `_FILE` and belongs to no setting is ignored.
 */
export function readSecretFiles(names: readonly string[], environment: Environment): Settings {
  const values = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const problems = new Map<string, string>();
  const fromFile = new Set<string>();
  for (const name of names) {
    const path = environment[`${name}_FILE`];
    if (!path) continue;
    fromFile.add(name);
    if (values[name] !== undefined) problems.set(`${name}_FILE`, `must not be set together with ${name}`);
    try {
      values[name] = readSecret(path);
    } catch (error) {
      problems.set(`${name}_FILE`, `must name a readable file of text (${reasonOf(error)})`);
    }
  }
  return { values, problems, origin: (name) => (fromFile.has(name) ? `${name}_FILE` : name) };
}

function readSecret(path: string): string {
  const file = statSync(path);
  if (file.isDirectory()) throw new Unusable('it is a directory');
  // Reading a pipe could block the start forever.
  if (!file.isFile()) throw new Unusable('it is no regular file');
  if (file.size > mostBytes) throw new Unusable(`it has more than ${mostBytes} bytes`);
  const secret = decode(readFileSync(path)).replace(/[\r\n]+$/, '');
  if (secret === '') throw new Unusable('it is empty');
  return secret;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unusable('it is not UTF-8');
  }
}

/** An error whose message repeats no secret. */
class Unusable extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Unusable) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
}
