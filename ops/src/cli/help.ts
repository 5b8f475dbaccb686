import type { Command } from './command.ts';

/** All commands, a line each. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => [usageOf(command), command.about] as const);
  return [
    'Usage: npm run ops -- COMMAND [FLAGS]',
    '',
    ...aligned(lines),
    '',
    'Each command says more with --help. It works on the stack that runs here, or on the system that the environment names (ops/README.md).',
  ].join('\n');
}

/** One command with its flags. */
export function helpOf(command: Command): string {
  const flags = Object.entries(command.flags).map(
    ([name, { value, about }]) => [`--${name}${value ? ` ${value}` : ''}`, about] as const,
  );
  return [
    `Usage: npm run ops -- ${usageOf(command)}${flags.length > 0 ? ' [FLAGS]' : ''}`,
    '',
    command.about,
    ...(command.details ? ['', command.details] : []),
    ...(flags.length > 0 ? ['', ...aligned(flags)] : []),
  ].join('\n');
}

function usageOf({ name, argument }: Command): string {
  if (!argument) return name;
  return `${name} ${argument.required ? argument.name : `[${argument.name}]`}`;
}

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}
