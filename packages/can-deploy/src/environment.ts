import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from '@punctual/chassis';
import { z } from 'zod';
import { CannotTell } from './finding.ts';
import { repository } from './repository.ts';

/** Where an environment is: the stack file of the development stack has these names too. */
const Environment = z.object({
  gateway: z.url({ protocol: /^https?$/ }),
  /** One or several addresses, separated by commas. */
  nats: z.string().min(1),
  /** Knows which operations were requested for longer than a gateway lives. */
  prometheus: z.url({ protocol: /^https?$/ }).optional(),
  /** Files like `consumes.json` of teams that read events here; relative to this file. */
  consumers: z.array(z.string()).default([]),
});
export type Environment = z.infer<typeof Environment> & { readonly name: string };

/**
 * Reads the file of an environment.
 * @param name `local` for the stack that runs in this checkout, the name of a file in
 *   `deploy/environments` without `.json`, or a path
 * @throws CannotTell
 */
export function readEnvironment(name: string): Environment {
  const file = fileOf(name);
  if (!existsSync(file)) {
    const hint = name === 'local' ? 'Start a stack with npm start.' : 'See deploy/environments/README.md.';
    throw new CannotTell(`There is no environment ${name}: ${file} does not exist. ${hint}`);
  }
  try {
    const { consumers, ...environment } = Environment.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { name, ...environment, consumers: consumers.map((path) => resolve(dirname(file), path)) };
  } catch (error) {
    throw new CannotTell(`The environment ${name} cannot be read from ${file}: ${problemOf(error)}`);
  }
}

function fileOf(name: string): string {
  if (name === 'local') return process.env.PUNCTUAL_STACK_FILE || join(repository, '.punctual/stack.json');
  if (name.endsWith('.json')) return resolve(name);
  return join(repository, 'deploy/environments', `${name}.json`);
}

function problemOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return `${reasonOf(error)}.`;
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`).join(' ');
}
