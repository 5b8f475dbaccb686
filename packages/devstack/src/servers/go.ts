import { join } from 'node:path';
import { run } from './commands.ts';
import type { Host } from './source.ts';

/** Builds a program with Go, free of the machine's C libraries. */
export async function buildWithGo(
  host: Host,
  options: { name: string; go: string; args: string[]; cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  await run({
    command: [options.go, ...options.args],
    env: { ...host.env, ...options.env, CGO_ENABLED: '0' },
    logFile: join(host.run.folder, `${options.name}-build.log`),
    signal: host.signal,
    ...(options.cwd && { cwd: options.cwd }),
  });
}
