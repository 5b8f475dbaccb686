import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Endpoint, endpoints } from './endpoints/index.ts';
import { optionalText, requiredLine, requiredText, text } from './text.ts';

test.each(['', 'Zwei Zeilen\nund ein\tTab', '水漏れ 🚰', 'e\u0301', 'a'.repeat(20)])('%j is text', (value) => {
  expect(text(30).parse(value)).toBe(value);
});

test.each([
  'nul \u0000',
  'vertical \u000b',
  'form feed \f',
  'escape \u001b[31m',
  'delete \u007f',
  'c1 \u0085',
  'half a pair \ud83d',
])('%j is refused', (value) => {
  expect(text(200).safeParse(value).success).toBe(false);
  expect(requiredLine(200).safeParse(value).success).toBe(false);
});

test('every kind of line break becomes one character', () => {
  expect(text(10).parse('a\r\nb\rc\n\r\n\td')).toBe('a\nb\nc\n\n\td');
  expect(text(10).safeParse('a\r\nb\rc\n\r\n\tde').success).toBe(true);
  expect(text(10).safeParse('a\r\nb\rc\n\r\n\tdef').success).toBe(false);
  expect(requiredText(3).parse('a\r\nb')).toBe('a\nb');
  expect(optionalText(3).parse('a\r\nb')).toBe('a\nb');
});

test.each(['a\nb', 'a\rb', 'a\r\nb', '\n'])('%j is refused as a single line', (value) => {
  expect(requiredLine(20).safeParse(value).error?.issues).toHaveLength(1);
});

test.each(['a', 'a\tb', '水漏れ 🚰'])('%j is accepted as a single line', (value) => {
  expect(requiredLine(20).parse(value)).toBe(value);
});

const bodies = Object.values<Endpoint>(endpoints).flatMap(({ name, body }) => (body ? [{ name, body }] : []));
const ofLines = /^(notes|reason|description)$/;

test.each(bodies)('$name accepts line breaks only in notes, reason and description', ({ body }) => {
  for (const [name, field] of Object.entries(body.shape)) {
    // Which time zones exist, the service judges; of Stripe's own fields, Stripe does.
    if (name === 'timezone' || body.def.catchall instanceof z.ZodUnknown) continue;
    const { success, data } = z.safeParse(field, 'a\r\nb');
    expect([name, success && data]).toEqual([name, ofLines.test(name) && 'a\nb']);
  }
});

test('length counts characters, not UTF-16 units', () => {
  expect(text(3).safeParse('🚰🚰🚰').success).toBe(true);
  expect(text(3).safeParse('🚰🚰🚰🚰').success).toBe(false);
  expect(text(2000).safeParse('a'.repeat(2001)).success).toBe(false);
});

test('a required text must not be blank', () => {
  expect(requiredText(10).safeParse('x').success).toBe(true);
  for (const blank of ['', '  ', '\n\t', '\u00a0']) expect(requiredText(10).safeParse(blank).success).toBe(false);
});

test('a blank optional text counts as none', () => {
  for (const blank of [undefined, '', '  ', '\n']) expect(optionalText(10).parse(blank)).toBeUndefined();
  expect(optionalText(10).parse(' no ')).toBe(' no ');
  expect(optionalText(3).safeParse('long').success).toBe(false);
});
