/**
 * Ends the process on SIGTERM and SIGINT while it still loads its code. Otherwise process 1 of a
 * container would ignore the signal, and any other process would end with a code other than 0.
 */
export function stopWhileLoading(): void {
  for (const signal of signals) process.on(signal, exit);
}

/** Calls `stop` for both signals from now on. */
export function stopBy(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of signals) process.on(signal, stop).off(signal, exit);
}

const signals = ['SIGTERM', 'SIGINT'] as const;

function exit(): never {
  process.exit(0);
}
