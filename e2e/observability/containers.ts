import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../../', import.meta.url));

type Container = {
  command: string[];
  volumes: string[];
  environment: Record<string, string>;
  networks?: { default: { aliases: string[] } };
};
export const compose: { services: Record<string, Container> } = parse(
  readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
  {
    merge: true,
  },
);

/** The arguments of a container of `docker-compose.yml`, with the files that are mounted into it as they are here. */
export function argumentsOf(name: string): string[] {
  const { command, volumes } = containerOf(name);
  return command.map((argument) => volumes.reduce(withFileHere, argument));
}

function containerOf(name: string): Container {
  const container = compose.services[name];
  if (!container) throw new Error(`docker-compose.yml has no ${name}.`);
  return container;
}

function withFileHere(argument: string, volume: string): string {
  const [source = '', target = ''] = volume.split(':');
  return source.startsWith('./') ? argument.replace(`=${target}/`, `=${join(root, source)}/`) : argument;
}
