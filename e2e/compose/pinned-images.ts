import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { docker, root } from './docker.ts';

/** The variables that replace pinned images, by name; `NODE_IMAGE` among them. */
export type Images = Readonly<Record<string, string>>;

const pins = [
  { file: 'deploy/Dockerfile', pattern: /^ARG (NODE_IMAGE)=(\S+)/gm },
  { file: 'docker-compose.yml', pattern: /\$\{(\w+_IMAGE):-([^}]+)\}/g },
];

/**
 * Makes sure that every pinned image is there. An engine without a registry may have it by its tag
 * alone: then that is used, and `log` gets a line that says so. Variables that are set stay.
 * @param names of the variables
 * @throws Error naming the image that cannot be had
 */
export async function findPinnedImages(names: readonly string[], log: (line: string) => void): Promise<Images> {
  const found: Record<string, string> = {};
  for (const { file, pattern } of pins) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, name = '', pinned = ''] of text.matchAll(pattern)) {
      if (!names.includes(name)) continue;
      found[name] = process.env[name] || (await findImage(pinned, log));
    }
  }
  return found;
}

async function findImage(pinned: string, log: (line: string) => void): Promise<string> {
  if (await succeeds('image', 'inspect', pinned)) return pinned;
  if (await succeeds('pull', '--quiet', pinned)) return pinned;
  const tag = pinned.slice(0, pinned.indexOf('@'));
  if (!(await succeeds('image', 'inspect', tag)))
    throw new Error(`The engine has no image ${pinned} and cannot pull it.`);
  log(`${tag} cannot be pulled: using the engine's own, whose digest is another one.`);
  return tag;
}

function succeeds(...args: string[]): Promise<boolean> {
  return docker(args).then(
    () => true,
    () => false,
  );
}
