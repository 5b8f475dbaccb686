import { endpoints } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { screens } from '../../bench/src/screens/screens.ts';
import { textOf } from './repository.ts';

test('docs/mobile.md shows every screen with its number of calls', () => {
  const rows = textOf('docs/mobile.md').match(/^\| (customer|provider) \|.*$/gm) ?? [];
  const shown = rows.map((row) =>
    row
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim()),
  );
  expect(shown).toEqual(screens.map(({ app, name, calls }) => [app, name, String(calls.length)]));
});

test('a home screen needs at most two calls', () => {
  const homes = screens.filter(({ name }) => name.startsWith('Home'));
  expect(homes.length).toBeGreaterThan(2);
  for (const { calls } of homes) expect(calls.length).toBeLessThanOrEqual(2);
});

test('screens call only routes of the contract', () => {
  const routes = new Set(Object.values(endpoints).map(({ method, path }) => `${method} ${shapeOf(path)}`));
  for (const { method, path } of screens.flatMap(({ calls }) => calls))
    expect(routes).toContain(`${method} ${shapeOf(path.split('?')[0] ?? '')}`);
});

/** A path with its parameters unnamed. */
function shapeOf(path: string): string {
  return path.replace(/:[a-z]+/gi, ':');
}
