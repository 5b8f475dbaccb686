import { serviceNames } from '@punctual/devstack';
import { describeLoad } from '../under-load/steady-load.ts';
import type { PlanResult } from './run-plan.ts';
import { type Scenario, versionAround } from './scenario.ts';

const shownViolations = 10;

/** Prints a line for a run, and what went wrong below it. */
export function printResult(what: string, result: PlanResult): void {
  const { outcomes, visits, events, seconds, violations } = result;
  const verdict = violations.length === 0 ? 'ok    ' : 'FAILED';
  const done = `${visits} visits, ${events} events, ${seconds.toFixed(0)} s`;
  console.log(`${verdict} ${what}: ${describeLoad(outcomes)}; ${done}`);
  for (const text of violations.slice(0, shownViolations)) console.log(`         ${text}`);
  if (violations.length > shownViolations) console.log(`         … and ${violations.length - shownViolations} more`);
}

export type ScenarioResult = { scenario: Scenario; result: PlanResult; at: string };

/** Services by releases and neighbours, as a Markdown table. */
export function matrix(results: readonly ScenarioResult[]): string {
  const titles = results.map(({ scenario }) => titleOf(scenario));
  const columns = [...new Set(titles)];
  const rows = serviceNames.map((service) => {
    const cells = columns.map((column) => {
      const found = results.find(({ scenario }) => scenario.service === service && titleOf(scenario) === column);
      return found === undefined ? '–' : found.result.violations.length === 0 ? 'ok' : 'failed';
    });
    return [service, ...cells];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(['service', ...columns]), line(['', ...columns].map(() => '---')), ...rows.map(line)].join('\n');
}

function titleOf(scenario: Scenario): string {
  return `${scenario.release.version} ⇄ N among ${versionAround(scenario)}`;
}
