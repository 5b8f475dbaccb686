import type { Decision, Part } from './decide.ts';
import { type Finding, nameOf } from './finding.ts';

/** One screen for people: the answer, what runs, what would break, and what to do. */
export function report(decision: Decision): string {
  const { findings } = decision;
  const breaks = findings.filter(({ kind }) => kind === 'breaks');
  const unknown = findings.filter(({ kind }) => kind === 'unknown');
  const warnings = findings.filter(({ kind }) => kind === 'warning');
  const lines = [
    answerOf(decision),
    '',
    ...table(decision),
    '',
    operationsLine(decision),
    ...section('What would break', breaks),
    ...section('What cannot be told', unknown),
    ...section('Warnings', warnings),
  ];
  return lines.map(printable).join('\n');
}

function answerOf({ answer, candidate, environment }: Decision): string {
  const name = nameOf(candidate);
  if (answer === 'yes') return `Yes. ${name} may be deployed to ${environment}.`;
  if (answer === 'no') return `No. ${name} would break something in ${environment}.`;
  return `Cannot tell whether ${name} may be deployed to ${environment}.`;
}

function table({ parts, findings }: Decision): string[] {
  const rows = parts.map((part) => [
    part.name,
    instancesOf(part),
    part.reads.map(({ consumer }) => consumer).join(', '),
    resultOf(part, findings),
  ]);
  const all = [['runs there', 'instances', 'consumers', 'result'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function operationsLine({ candidate, operations }: Decision): string {
  const { total, used, period, allBecause } = operations;
  if (allBecause !== undefined)
    return `  ${allBecause}, so all ${total} operations of ${candidate.service} count as used.`;
  return `  Clients used ${used.length} of the ${total} operations of ${candidate.service} in ${period}.`;
}

const instancesOf = ({ instances }: Part) => (instances === 0 ? 'declared' : String(instances));

function resultOf({ name }: Part, findings: readonly Finding[]): string {
  const kinds = new Set(findings.filter(({ part }) => part === name).map(({ kind }) => kind));
  if (kinds.has('breaks')) return 'breaks';
  if (kinds.has('unknown')) return 'unknown';
  return kinds.has('warning') ? 'see warnings' : 'fine';
}

function section(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return ['', title, ...findings.flatMap(({ part, what, remedy }) => [`  - ${part}: ${what}`, `    ${remedy}`])];
}

/** Announcements come from outside: none may move the cursor or hide a line. */
const printable = (line: string) => line.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
