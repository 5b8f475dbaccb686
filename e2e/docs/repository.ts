import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const foreign = new Set(['node_modules', '.git', '.types', '.punctual', 'dist', 'generated']);

/** Every file of the repository, by its path from the root. `**` skips names that begin with a dot. */
export const files: readonly string[] = globSync(['**/*', '.github/**/*', '.changeset/*'], {
  cwd: root,
  withFileTypes: true,
  exclude: (entry) => foreign.has(entry.name),
})
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replace(/^\//, ''));

export const pages: readonly string[] = files.filter((file) => file.endsWith('.md'));

export const textOf = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

/** What is between backticks, one or two, outside of code blocks. */
export function codeSpans(page: string): string[] {
  const prose = page.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...prose.matchAll(/``(.+?)``|`([^`]+)`/g)].map(([, double, single = '']) =>
    (double ?? single).trim().replace(/\s+/g, ' '),
  );
}
