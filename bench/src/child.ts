import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Starts a module of the bench as a separate process. */
export function startChild(module: URL, environment: Record<string, string> = {}): ChildProcess {
  return fork(module, { env: { ...process.env, ...environment } });
}

/** Resolves with the next message of the child; rejects when the child exits first. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const done = new AbortController();
  const ended = once(child, 'exit', { signal: done.signal }).then(([code]) => {
    throw new Error(`A child process of the bench exited with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: done.signal }), ended]);
    return message;
  } finally {
    ended.catch(() => undefined);
    done.abort();
  }
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
