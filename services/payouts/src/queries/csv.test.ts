import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

/** Reads CSV by the letter of RFC 4180, and refuses everything else. */
function parseCsv(csv: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const rows: string[][] = [[]];
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const found = cell.exec(csv);
    if (!found) throw new Error(`No cell at ${at} of ${JSON.stringify(csv)}`);
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

const columns = ['reference', 'reason'];

async function write(...records: Record<string, string>[]): Promise<string> {
  const csv = csvOf(columns);
  for (const record of records) csv.write(record);
  csv.end();
  return text(csv);
}

const cellsOf = async (reference: string) => parseCsv(await write({ reference, reason: 'x' }))[1];

const pieces = [
  '=',
  '+',
  '-',
  '@',
  '＝',
  '−',
  ';',
  '|',
  ',',
  '"',
  "'",
  '\r',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\u00a0',
  '\ufeff',
];
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme' })))
  .map((all) => all.join(''));
const harmless = fc.string({ unit: 'grapheme' }).filter((each) => !/[=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−]/u.test(each));

/** How spreadsheets cut a file: as the RFC says, or at every one of these, whatever is quoted. */
const startsFormula = /^[\s"\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−]/u;
const isHarmless = (cell: string) => !startsFormula.test(cell);

test('a cell keeps every text unchanged except formulas', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ reference: harmless, reason: harmless })), async (records) => {
      const lines = records.map(({ reference, reason }) => [reference, reason]);
      const wasTab = (cell: string) => cell.replace(/^'(?=[\t\r])/, '');
      const [header, ...read] = parseCsv(await write(...records));
      expect(header).toEqual(columns);
      expect(read.map((cells) => cells.map(wasTab))).toEqual(lines);
    }),
  );
});

test('a text never leaves its cell or starts a formula, however it is split', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (reference, reason) => {
      const csv = await write({ reference, reason });
      const [, cells = [], ...more] = parseCsv(csv);
      expect([cells.length, more]).toEqual([2, []]);
      const plain = (cell: string) => cell.replaceAll("'", '');
      expect(cells.map(plain)).toEqual([plain(reference), plain(reason)]);
      expect(cells.filter((cell) => !isHarmless(cell))).toEqual([]);
      for (const separators of [/[;\r\n]/, /[\t\r\n]/, /[;|\t\v\f\r\n\u0085\u2028\u2029]/]) {
        expect(csv.split(separators).filter((cell) => !isHarmless(cell))).toEqual([]);
      }
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ['  =1+1', "  '=1+1"],
  ['a;=1+1', "a;'=1+1"],
  ['a\n=1+1', "a\n'=1+1"],
  ['a\r=1+1', "a\r'=1+1"],
  ['a\t@SUM(A1)', "a\t'@SUM(A1)"],
  ['a; "=1+1"', 'a; "\'=1+1"'],
  ['＝1＋1', "'＝1＋1"],
  ['-2+3', "'-2+3"],
  ['first\nsecond', 'first\nsecond'],
  ['first\rsecond', 'first\rsecond'],
  ['2026-11, "rent"', '2026-11, "rent"'],
])('%j becomes the cell %j', async (reference, cell) => {
  expect(await cellsOf(reference)).toEqual([cell, 'x']);
});
