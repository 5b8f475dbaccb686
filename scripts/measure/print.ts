import type { Homonym } from './homonyms.ts';
import type { LongLines } from './prose.ts';
import type { Size } from './sizes.ts';

export type CodeMeasurements = {
  sizes: Record<string, Size>;
  homonyms: Homonym[];
  cycles: string[][];
  longLines: LongLines;
  messages: string[];
};

/** The measurements as Markdown. */
export function printMeasurements({ sizes, homonyms, cycles, longLines, messages }: CodeMeasurements): string {
  const types = homonyms.filter(({ kind }) => kind === 'type');
  const values = homonyms.filter(({ kind }) => kind === 'value');
  const { limit, markdown, comments } = longLines;
  return [
    '| part | files | lines | median | p90 | max |',
    '|---|---|---|---|---|---|',
    ...Object.entries(sizes).map(([part, { files, lines, median, p90, max }]) =>
      row(part, files, lines, median, p90, max),
    ),
    '',
    '| measure | count |',
    '|---|---|',
    row('exported type names that several files declare', types.length),
    row('other exported names that several files declare', values.length),
    row('import cycles', cycles.length),
    row(`Markdown lines over ${limit} columns, outside tables and code`, markdown.length),
    row(`comment lines over ${limit} columns`, comments.length),
    '',
    ...list('Exported type names that several files declare', types.map(describe)),
    ...list('Other exported names that several files declare', values.map(describe)),
    ...cycles.flatMap((cycle) => list(`Import cycle of ${cycle.length} files`, cycle)),
    ...list(`Lines over ${limit} columns, by file`, perFile([...markdown, ...comments])),
    ...list('Messages to PostgreSQL', messages),
    'Not measured here: `npm run measure -- --messages` (messages to PostgreSQL for each command),',
    '`time npm test`, and `npm run bench -- confirm` (CPU per confirm, under `details`).',
  ].join('\n');
}

function row(...cells: (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${item}`), ''];
}

function describe({ name, files }: Homonym): string {
  return `${name} ×${files.length}: ${files.join(' ')}`;
}

function perFile(places: readonly string[]): string[] {
  const counts = Map.groupBy(places, (place) => place.slice(0, place.lastIndexOf(':')));
  return [...counts]
    .map(([file, lines]) => ({ file, count: lines.length }))
    .toSorted((a, b) => b.count - a.count)
    .map(({ file, count }) => `${String(count).padStart(4)} ${file}`);
}
