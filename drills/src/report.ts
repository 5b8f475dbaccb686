import type { DrillResult } from './drill.ts';
import type { Fault } from './faults/fault.ts';
import type { GuardMutation } from './mutations/mutations.ts';
import type { MutationResult } from './mutations/run-mutation.ts';
import type { Pace } from './stack/pace.ts';

const shownViolations = 10;
const columns = ['fault', 'seed', 'accepted', 'kills', 'events', 'seconds', 'violations'] as const;
const widths = [36, 12, 10, 7, 8, 9, 12];

/** The faults as a Markdown table; the README holds a copy. */
export function faultTable(faults: readonly Fault[]): string {
  const rows = faults.map(({ name, what }) => `| \`${name}\` | ${what} |`);
  return ['| fault | what happens |', '|---|---|', ...rows].join('\n');
}

/** The mutations as a Markdown table; the README holds a copy. */
export function mutationTable(mutations: readonly GuardMutation[]): string {
  const rows = mutations.map(
    ({ guard, what, drill, caughtBy }) => `| \`${guard}\` | ${what} | \`${drill}\` | ${caughtBy} |`,
  );
  return ['| guard | mutation | drill | caught by |', '|---|---|---|---|', ...rows].join('\n');
}

export function printHead(): void {
  console.log(line(columns));
}

/** Prints a row of the table, and the violations below it. */
export function printResult({ fault, seed, accepted, kills, events, seconds, violations }: DrillResult): void {
  console.log(line([fault, seed, accepted, kills, events, seconds.toFixed(1), violations.length]));
  for (const { invariant, text } of violations.slice(0, shownViolations)) console.log(`    ${invariant}: ${text}`);
  if (violations.length > shownViolations) console.log(`    … and ${violations.length - shownViolations} more`);
}

export function printSum(results: readonly DrillResult[], pace: Pace): void {
  const sum = (of: (result: DrillResult) => number) => results.reduce((total, each) => total + of(each), 0);
  for (const { fault, seed } of results.filter(({ violations }) => violations.length > 0))
    console.log(`Repeat: npm run drills -- --only ${fault} --seed ${seed}${pace === 'quick' ? ' --quick' : ''}`);
  const violations = sum((result) => result.violations.length);
  console.log(`${results.length} drills, ${violations} violations, ${sum(({ kills }) => kills)} SIGKILLs`);
}

export function printMutationResult({ guard, drill, caughtBy, caught, seed, said }: MutationResult): void {
  const verdict = caught ? `caught by ${caughtBy} in ${drill} (seed ${seed})` : `NOT caught by ${caughtBy} in ${drill}`;
  console.log(`Without ${guard}: ${verdict}: ${said}`);
}

function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, index) =>
      index === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[index] ?? 0),
    )
    .join('');
}
