import { join } from 'node:path';
import { findCommand, run } from './commands.ts';
import { type Host, Unavailable } from './source.ts';

/** Builds a program with Go, free of the machine's C libraries. @throws Unavailable without Go */
export async function buildWithGo(
  host: Host,
  options: { name: string; args: string[]; cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const go = await findCommand(host.env, 'go');
  if (!go) throw new Unavailable('no Go on the PATH to build it with');
  await run({
    command: [go, ...options.args],
    env: { ...host.env, ...options.env, CGO_ENABLED: '0' },
    logFile: join(host.run.folder, `${options.name}-build.log`),
    signal: host.signal,
    ...(options.cwd && { cwd: options.cwd }),
  });
}
