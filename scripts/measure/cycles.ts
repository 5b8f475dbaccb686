import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type SourceFile, trackedFiles } from './source-file.ts';

type Graph = Map<string, string[]>;

const fromClause = /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?'([^']+)'/gm;

/** Finds groups of files that import each other, directly or not; imports of types count. */
export function findCycles(files: readonly SourceFile[], packages: ReadonlyMap<string, string>): string[][] {
  const paths = new Set(files.map(({ path }) => path));
  const graph: Graph = new Map(
    files.map(({ path, text }) => [
      path,
      [...text.matchAll(fromClause)]
        .map(([, specifier = '']) =>
          specifier.startsWith('.') ? join(dirname(path), specifier) : packages.get(specifier),
        )
        .filter((target) => target !== undefined && paths.has(target))
        .map(String),
    ]),
  );
  return connectedComponents(graph)
    .filter((component) => component.length > 1)
    .map((component) => component.toSorted())
    .toSorted((a, b) => b.length - a.length);
}

/** `@punctual/chassis/postgres` → `packages/chassis/src/postgres/index.ts`, for every workspace. */
export function packageEntries(root: string): Map<string, string> {
  const manifests = trackedFiles(root).filter((path) => basename(path) === 'package.json');
  return new Map(
    manifests.flatMap((manifest) => {
      const { name, exports = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
      return Object.entries<string>(exports).map(([entry, file]) => [join(name, entry), join(dirname(manifest), file)]);
    }),
  );
}

/** Tarjan's strongly connected components. */
function connectedComponents(graph: Graph): string[][] {
  const components: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];

  const visit = (node: string): number => {
    const order = index.size;
    index.set(node, order);
    low.set(node, order);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = index.has(next) ? (stack.includes(next) ? Number(index.get(next)) : order) : visit(next);
      low.set(node, Math.min(Number(low.get(node)), reached));
    }
    if (low.get(node) === order) components.push(stack.splice(stack.indexOf(node)));
    return Number(low.get(node));
  };

  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return components;
}
