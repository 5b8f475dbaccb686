import { setTimeout as delay } from 'node:timers/promises';

export type Program = {
  /** Aborted by Ctrl-C, SIGTERM or a closed terminal: what is under way is given up. */
  readonly signal: AbortSignal;
  /**
   * Says how to release what was acquired. Releasers run one after another, the latest first,
   * however the program ends.
   */
  onEnd(release: () => Promise<void>): void;
};

const stopWithinMs = 30_000;

/**
 * Runs the program of a command line to its end and leaves nothing behind. The exit code is what
 * `run` returns, 1 with the reason in one line when it throws, or `whenStopped` after a signal.
 */
export async function runProgram(whenStopped: number, run: (program: Program) => Promise<number>): Promise<void> {
  const stopping = new AbortController();
  const releasers: (() => Promise<void>)[] = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

  let code = await run({ signal: stopping.signal, onEnd: (release) => void releasers.push(release) }).catch((error) => {
    if (!stopping.signal.aborted) console.error(reasonOf(error));
    return 1;
  });
  if (stopping.signal.aborted) code = whenStopped;
  const released = await Promise.race([releaseAll(releasers), delay(stopWithinMs, false, { ref: false })]);
  process.exit(released ? code : 1);
}

async function releaseAll(releasers: (() => Promise<void>)[]): Promise<true> {
  for (const release of releasers.toReversed()) {
    await release().catch((error) => console.error(`Cleanup failed: ${reasonOf(error)}`));
  }
  return true;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
