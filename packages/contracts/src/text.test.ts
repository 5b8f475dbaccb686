import { expect, test } from 'vitest';
import { optionalText, requiredText, text } from './text.ts';

test.each(['', 'Zwei Zeilen\nund ein\tTab', '水漏れ 🚰', 'e\u0301', 'a'.repeat(20)])('%j is text', (value) => {
  expect(text(30).parse(value)).toBe(value);
});

test.each(['nul \u0000', 'return \r\n', 'escape \u001b[31m', 'delete \u007f', 'c1 \u0085', 'half a pair \ud83d'])(
  '%j is refused',
  (value) => {
    expect(text(200).safeParse(value).success).toBe(false);
  },
);

test('length counts characters as people do, not UTF-16 units', () => {
  expect(text(3).safeParse('🚰🚰🚰').success).toBe(true);
  expect(text(3).safeParse('🚰🚰🚰🚰').success).toBe(false);
  expect(text(2000).safeParse('a'.repeat(2001)).success).toBe(false);
});

test('a required text says something', () => {
  expect(requiredText(10).safeParse('x').success).toBe(true);
  for (const blank of ['', '  ', '\n\t', '\u00a0']) expect(requiredText(10).safeParse(blank).success).toBe(false);
});

test('a blank optional text counts as none', () => {
  for (const blank of [undefined, '', '  ', '\n']) expect(optionalText(10).parse(blank)).toBeUndefined();
  expect(optionalText(10).parse(' no ')).toBe(' no ');
  expect(optionalText(3).safeParse('long').success).toBe(false);
});
