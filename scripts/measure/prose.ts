import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, type SourceFile } from './source-file.ts';

export type LongLines = { limit: number; markdown: string[]; comments: string[] };

const limit = 100;

/** Finds lines of prose over 100 columns: Markdown outside tables and code, and comments. */
export function findLongLines(root: string, paths: readonly string[], files: readonly SourceFile[]): LongLines {
  const markdown = paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => longLines(path, proseOf(readFileSync(join(root, path), 'utf8'))));
  const comments = files.flatMap(({ path, lines }) => longLines(path, lines.map(commentOf)));
  return { limit, markdown, comments };
}

function longLines(path: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) => (line.length > limit ? [`${path}:${index + 1}`] : []));
}

/** The lines of a Markdown file, with tables and code blank so that line numbers stay right. */
function proseOf(markdown: string): string[] {
  let fenced = false;
  return linesOf(markdown).map((line) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    return fence || fenced || /^(\s*\||\s{4}\S)/.test(line) ? '' : line;
  });
}

function commentOf(line: string): string {
  return /^\s*(\/\/|\/\*|\*)/.test(line) ? line : '';
}
