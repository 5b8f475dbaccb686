import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Amount, exponentOf, majorUnits } from './money.ts';

const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'ISK', 'HUF');
/**
 * What makes a fraction of whole numbers: a division, a literal with a point or a negative
 * exponent, and what reads or rounds one.
 */
const fraction = /[\w)\]] \/=? [\w(]|\b\d[\d_]*\.\d|\b\d+e-\d|\bparseFloat\b|\btoFixed\b|\bMath\.(round|floor|ceil)\b/;
const amounts = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('major units', () => {
  test.each([
    [18_500, 'EUR', '185.00'],
    [5, 'EUR', '0.05'],
    [18_500, 'JPY', '18500'],
    [18_500, 'KWD', '18.500'],
    [1, 'KWD', '0.001'],
    [18_500, 'HUF', '185.00'],
    [18_500, 'CLF', '1.8500'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91'],
  ])('%d minor units of %s are %s', (amountMinor, currency, text) => {
    expect(majorUnits(Amount.parse({ amountMinor, currency }))).toBe(text);
  });

  test('major units keep every minor unit', () => {
    fc.assert(
      fc.property(amounts, currencies, (amountMinor, currency) => {
        const [whole = '', part = ''] = majorUnits(Amount.parse({ amountMinor, currency })).split('.');
        expect(part).toHaveLength(exponentOf(currency));
        expect(Number(whole + part)).toBe(amountMinor);
      }),
    );
  });
});

test.each([0, -1, 0.5, 2 ** 53])('the schema refuses the amount %d', (amountMinor) => {
  expect(Amount.safeParse({ amountMinor, currency: 'EUR' }).success).toBe(false);
});

test('the compiler and the schema refuse a computed amount', () => {
  const whole = Amount.parse({ amountMinor: 1_001, currency: 'EUR' });
  // @ts-expect-error The compiler refuses it.
  const half: Amount = { ...whole, amountMinor: whole.amountMinor / 2 };
  expect(Amount.safeParse(half).success).toBe(false);
});

test('payouts code contains no fractional arithmetic', async () => {
  const src = fileURLToPath(new URL('..', import.meta.url));
  const files = (await Array.fromAsync(glob(`${src}/**/*.ts`))).filter((file) => !file.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(40);
  const found: string[] = [];
  for (const file of files) {
    const code = withoutCommentsAndText(await readFile(file, 'utf8'));
    for (const line of code.split('\n'))
      if (fraction.test(line)) found.push(`${file.slice(src.length)}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
});

test.each(['amount / 100', 'amount * 0.01', 'amount * 1e-2', 'parseFloat(text)', 'amount.toFixed(2)'])(
  'the fraction check finds %s',
  (code) => {
    expect(code).toMatch(fraction);
  },
);

function withoutCommentsAndText(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[\s\S]*?`|'(?:\\.|[^'\\\n])*'/g, '');
}
