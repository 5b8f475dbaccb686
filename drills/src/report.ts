import type { AlertResult } from './alerts/alert-drill.ts';
import type { DrillResult } from './drill.ts';
import type { Fault, FaultDescription } from './faults/fault.ts';
import type { Incident } from './incidents/index.ts';
import { clientInvariants } from './invariants/index.ts';
import type { GuardMutation } from './mutations/mutations.ts';
import type { MutationResult } from './mutations/run-mutation.ts';
import type { Pace } from './stack/pace.ts';

const shownViolations = 10;
const columns = ['fault', 'seed', 'accepted', 'kills', 'events', 'seconds', 'violations', 'operations'] as const;
const widths = [36, 12, 10, 7, 8, 9, 12, 12];
const nameWidth = 36;

/** The faults as a Markdown table; the README holds a copy. */
export function faultTable(faults: readonly Fault[]): string {
  return alertTable('fault', faults);
}

/** The incidents as a Markdown table; the README holds a copy. */
export function incidentTable(incidents: readonly Incident[]): string {
  return alertTable('incident', incidents);
}

function alertTable(kind: string, faults: readonly FaultDescription[]): string {
  const cell = (alerts: readonly string[]) => alerts.map((alert) => `\`${alert}\``).join(' ') || 'none';
  const rows = faults.map(({ name, what, alerts }) => `| \`${name}\` | ${what} | ${cell(alerts)} |`);
  return [`| ${kind} | what happens | alerts |`, '|---|---|---|', ...rows].join('\n');
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
export function printResult(result: DrillResult): void {
  const { fault, seed, accepted, kills, events, seconds, violations, operations } = result;
  console.log(line([fault, seed, accepted, kills, events, seconds.toFixed(1), violations.length, operations]));
  for (const { invariant, text } of violations.slice(0, shownViolations)) console.log(`    ${invariant}: ${text}`);
  if (violations.length > shownViolations) console.log(`    … and ${violations.length - shownViolations} more`);
}

/** Prints how often each fault ran. */
export function printCoverage(faults: readonly Fault[], results: readonly DrillResult[]): void {
  const runsOf = ({ name }: Fault) => results.filter(({ fault }) => fault === name).length;
  const byRuns = [...Map.groupBy(faults, runsOf)].toSorted(([one], [other]) => other - one);
  for (const [runs, those] of byRuns) console.log(`Runs: ${runs} each of ${those.map(({ name }) => name).join(', ')}`);
}

export function printSum(results: readonly DrillResult[], pace: Pace): void {
  const sum = (of: (result: DrillResult) => number) => results.reduce((total, each) => total + of(each), 0);
  for (const { fault, seed } of results.filter(({ violations }) => violations.length > 0))
    console.log(`Repeat: npm run drills -- --only ${fault} --seed ${seed}${pace === 'quick' ? ' --quick' : ''}`);
  const violations = sum((result) => result.violations.length);
  console.log(
    `${results.length} drills, ${violations} violations, ${sum(({ kills }) => kills)} SIGKILLs, ` +
      `${sum(({ operations }) => operations)} operations in histories, ${sum(countAnomalies)} anomalies`,
  );
}

function countAnomalies({ violations }: DrillResult): number {
  return violations.filter(({ invariant }) => clientInvariants.includes(invariant)).length;
}

export function printAlertHead(): void {
  console.log(`${'fault'.padEnd(nameWidth)}${'seconds'.padStart(8)}  alerts, with the seconds until each fired`);
}

/** Prints a row of the table, and the differences below it. */
export function printAlertResult({ fault, fired, seconds, differences }: AlertResult): void {
  const alerts = fired.map((each) => `${each.alert} ${each.seconds.toFixed(0)}`).join(', ') || 'none';
  console.log(`${fault.padEnd(nameWidth)}${seconds.toFixed(0).padStart(8)}  ${alerts}`);
  for (const difference of differences) console.log(`    ${difference}`);
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
