import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ToolMissing } from './generated-client.ts';

export type ToolOptions = {
  cwd: string;
  env?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Gets each line of standard output. */
  onLine?: (line: string) => void;
};

const lastLines = 20;

/**
 * Runs a command to its end.
 * @throws Error with the last lines of its output when it fails
 * @throws ToolMissing when the machine does not have it
 */
export async function runTool(command: readonly string[], options: ToolOptions): Promise<string> {
  const [program = '', ...args] = command;
  const { cwd, env, signal, onLine } = options;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  let line = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const lines = `${line}${text}`.split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) onLine?.(whole);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close').catch((error) => {
    if (error.code === 'ENOENT') throw new ToolMissing(`${program} is not on the PATH`);
    throw error;
  });
  if (code !== 0) {
    const end = output.trim().split('\n').slice(-lastLines).join('\n');
    throw new Error(`${command.join(' ')} exited with ${code}:\n${end}`);
  }
  return output;
}

/** Turns a failure of a download into the reason to skip. */
export function missing(reason: string) {
  return (cause: unknown): never => {
    if (cause instanceof ToolMissing || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
    throw new ToolMissing(reason, { cause });
  };
}
