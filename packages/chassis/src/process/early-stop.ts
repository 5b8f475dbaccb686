/**
 * Ends the process on SIGTERM and SIGINT while it still loads its code. As process 1 of a container it would otherwise not
 * hear the signal at all, and elsewhere it would end with a code other than 0.
 */
export function stopWhileLoading(): void {
  for (const signal of signals) process.on(signal, exit);
}

/** Hands both signals to `stop`, from the first one on. */
export function stopBy(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of signals) process.on(signal, stop).off(signal, exit);
}

const signals = ['SIGTERM', 'SIGINT'] as const;

function exit(): never {
  process.exit(0);
}
