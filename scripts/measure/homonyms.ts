import type { SourceFile } from './source-file.ts';

export type Homonym = { name: string; kind: 'type' | 'value'; files: string[] };

const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(type|interface|class|function\*?|const|let) (\w+)/gm;

/** Finds names that more than one file declares and exports; a re-export is not a declaration. */
export function findHomonyms(files: readonly SourceFile[]): Homonym[] {
  const found = new Map<string, Homonym>();
  for (const { path, text } of files) {
    for (const [, keyword = '', name = ''] of text.matchAll(declaration)) {
      const kind = /type|interface|class/.test(keyword) ? 'type' : 'value';
      const homonym = found.get(`${kind} ${name}`) ?? { name, kind, files: [] };
      found.set(`${kind} ${name}`, homonym);
      if (!homonym.files.includes(path)) homonym.files.push(path);
    }
  }
  return [...found.values()]
    .filter((homonym) => homonym.files.length > 1)
    .toSorted((a, b) => b.files.length - a.files.length || a.name.localeCompare(b.name));
}
