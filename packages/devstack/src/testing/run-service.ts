import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { freePort } from '../stack/ports.ts';
import { type ServiceName, serviceFolder } from '../stack/services.ts';

/** A service as a process of its own, without supervision. */
export type RunningService = {
  readonly url: string;
  readonly pid: number;
  /** Resolves with how it ended: its code, or the signal that it did not handle. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Everything that it has written, once it has ended. */
  readonly output: Promise<string>;
  kill(signal: NodeJS.Signals): void;
};

/** Starts a service on a free port with this environment, and waits for nothing. */
export async function runService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: serviceFolder(name),
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
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
