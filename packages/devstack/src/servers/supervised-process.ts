import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export type SupervisedProcess = {
  readonly pid: number;
  /** Resolves with its exit code, as a shell counts it (128 + the signal). */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
};

export type SupervisedCommand = {
  command: readonly string[];
  /** What asks it to stop. */
  stopSignal: 'TERM' | 'INT';
  /** Gets what it prints. */
  logFile: string;
  /** Runs as this user; as ours when left out. */
  user?: { uid: number; gid: number };
  env?: NodeJS.ProcessEnv;
  cwd?: string;
};

/**
 * Runs a command until it ends by itself, is stopped, or this process dies, even by SIGKILL: a
 * small shell waits beside it on a pipe that only this process holds open. It has a session of its
 * own, so that Ctrl-C reaches this process only.
 */
export async function startSupervised(options: SupervisedCommand): Promise<SupervisedProcess> {
  const log = await open(options.logFile, 'a');
  const shell = spawn('/bin/sh', ['-c', supervision, 'supervise', options.stopSignal, ...options.command], {
    // Wherever this process stands may be closed to the other user.
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    stdio: ['pipe', log.fd, log.fd, 'pipe'],
    detached: true,
    ...options.user,
  });
  // Before anything is waited for: a short command may have ended by then.
  const exited = once(shell, 'exit').then(([code]: (number | null)[]) => code ?? 137);
  exited.catch(() => undefined);
  await once(shell, 'spawn').finally(() => log.close());
  const lifeline = shell.stdin;
  // It breaks when the shell ends first, which `exited` tells.
  lifeline?.on('error', () => undefined);
  const pid = Number(await text(shell.stdio[3] as Readable));
  return {
    pid,
    exited,
    stop: async () => {
      lifeline?.destroy();
      await exited;
    },
  };
}

/**
 * `$1` is the signal, the rest the command. Tells the command's process id on descriptor 3; kills
 * it after ten seconds of patience.
 */
const supervision = `
signal=$1
shift
exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
child=$!
echo "$child" >&3
exec 3>&-
{
  read -r _ <&4
  kill -s "$signal" "$child"
  patience=100
  while kill -0 "$child" && [ "$patience" -gt 0 ]; do
    sleep 0.1
    patience=$((patience - 1))
  done
  kill -s KILL "$child"
} >/dev/null 2>&1 &
watch=$!
exec 4<&-
wait "$child"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;
