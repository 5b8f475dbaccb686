import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

type RunOptions = { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal };

/** Runs a command to its end and returns what it prints. @throws Error with its last words */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const lastWords = stderr.trim().split('\n').slice(-3).join(' ') || message;
    throw new Error(`${command} ${args.slice(0, 4).join(' ')}: ${lastWords}`, { cause: error });
  }
}
