import { type Stringifier, stringify } from 'csv-stringify';

/**
 * Signs that begin a formula in a spreadsheet, and those it may convert to one (full width, small,
 * raised, lowered, a minus).
 */
const begins = '=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−';
/**
 * Where a cell may begin: some spreadsheets split at `;`, quoted or not, and others at tabs or `|`.
 */
const formula = new RegExp(`(^|[;|\\t\\v\\f\\r\\n\\u0085\\u2028\\u2029])([\\s"\\p{Cc}\\p{Cf}]*)([${begins}])`, 'gu');

/**
 * CSV (RFC 4180) of records with these columns, and a header. Text that a spreadsheet would run is
 * shown instead: a `'` stands before the sign that would begin the formula, at the beginning of a
 * cell and wherever a cell begins in a spreadsheet that splits elsewhere.
 */
export function csvOf(columns: readonly string[]): Stringifier {
  return stringify({
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    // A CR or an LF alone ends no record here, and does so for a reader that is less strict.
    quote_record_delimiter: true,
    // Some split an unquoted cell there.
    quoted_match: /[;|\t]/,
    escape_formulas: true,
    cast: { string: (text) => text.replace(formula, "$1$2'$3") },
  });
}
