import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type DeployableName, freePort, serviceFolder } from '@punctual/devstack';

/** A service as an unsupervised process. */
export type RunningService = {
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Resolves with its output once it has ended. */
  readonly output: Promise<string>;
  kill(signal: NodeJS.Signals): void;
};

/** Starts a service on a free port with this environment, without waiting until it is ready. */
export async function runService(
  name: DeployableName,
  environment: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const port = await freePort();
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: serviceFolder(name),
    env: { PATH, NODE_COMPILE_CACHE, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.pid === undefined) throw new Error(`${name} has no process.`);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    exited: once(child, 'exit').then(([code, signal]) => code ?? signal),
    output: text(child.stdout),
    kill: (signal) => void child.kill(signal),
  };
}
