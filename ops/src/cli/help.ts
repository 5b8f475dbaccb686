import type { OpsCommand } from './command.ts';

/** All commands, one line each. */
export function overview(commands: readonly OpsCommand[]): string {
  const lines = commands.map((command) => [usageOf(command), command.about] as const);
  return [
    'Usage: npm run ops -- COMMAND [FLAGS]',
    '',
    ...aligned(lines),
    '',
    'Run a command with --help for details. Commands use the stack that runs here, or the system that the environment names (ops/README.md).',
  ].join('\n');
}

/** One command with its flags. */
export function helpOf(command: OpsCommand): string {
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

function usageOf({ name, argument }: OpsCommand): string {
  if (!argument) return name;
  return `${name} ${argument.required ? argument.name : `[${argument.name}]`}`;
}

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}
