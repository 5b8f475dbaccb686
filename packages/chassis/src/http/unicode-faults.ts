import type { FieldError } from '@punctual/contracts';

const message = 'must be Unicode text without U+0000';

/**
 * The strings in a parsed value that a store would refuse or change: half a surrogate pair, U+0000.
 * @param pathOf makes a pointer of the names that lead to a string
 */
export function faultyStrings(value: unknown, pathOf: (names: string[]) => string, names: string[] = []): FieldError[] {
  if (typeof value === 'string') {
    return value.isWellFormed() && !value.includes('\u0000') ? [] : [{ path: pathOf(names), message }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [
    ...(name.isWellFormed() && !name.includes('\u0000') ? [] : [{ path: pathOf([...names, name]), message }]),
    ...faultyStrings(part, pathOf, [...names, name]),
  ]);
}

/**
 * The parameters of a query whose name or value is not percent-encoded UTF-8; decoded, they would
 * hold U+FFFD instead.
 */
export function faultyParameters(url: string, pathOf: (names: string[]) => string): FieldError[] {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start)) return [];
  return url
    .slice(start + 1)
    .split('&')
    .filter((parameter) => decode(parameter) === undefined)
    .map((parameter) => {
      const name = decode(parameter.split('=', 1)[0] ?? '');
      return { path: name === undefined ? '' : pathOf([name]), message: 'is not percent-encoded UTF-8' };
    });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
