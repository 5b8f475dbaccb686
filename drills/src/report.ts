import type { Result } from './drill.ts';
import type { Pace } from './faults/fault.ts';
import type { Outcome } from './sabotage/run-sabotages.ts';

const shown = 10;
const columns = ['fault', 'seed', 'accepted', 'kills', 'events', 'seconds', 'violations'] as const;
const widths = [36, 12, 10, 7, 8, 9, 12];

export function printHead(): void {
  console.log(line(columns));
}

/** A row for the table, and below it what was violated. */
export function printResult({ fault, seed, accepted, kills, events, seconds, violations }: Result): void {
  console.log(line([fault, seed, accepted, kills, events, seconds.toFixed(1), violations.length]));
  for (const { invariant, text } of violations.slice(0, shown)) console.log(`    ${invariant}: ${text}`);
  if (violations.length > shown) console.log(`    … and ${violations.length - shown} more`);
}

export function printSum(results: readonly Result[], pace: Pace): void {
  const sum = (of: (result: Result) => number) => results.reduce((total, each) => total + of(each), 0);
  for (const { fault, seed } of results.filter(({ violations }) => violations.length > 0))
    console.log(`again: npm run drills -- --only ${fault} --seed ${seed}${pace === 'quick' ? ' --quick' : ''}`);
  const violations = sum((result) => result.violations.length);
  console.log(`${results.length} drills, ${violations} violations, ${sum(({ kills }) => kills)} SIGKILLs survived`);
}

export function printOutcome({ guard, drill, caughtBy, caught, seed, said }: Outcome): void {
  const verdict = caught
    ? `noticed by ${caughtBy} of ${drill} (seed ${seed})`
    : `NOT noticed by ${caughtBy} of ${drill}`;
  console.log(`without ${guard}: ${verdict}: ${said}`);
}

function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, index) =>
      index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
    )
    .join('');
}
