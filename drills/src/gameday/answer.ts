import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** The lines that the player types. */
export type Player = {
  /** The next line from now on; undefined when the time is over, or when nobody can type. */
  answer(withinMs: number, signal: AbortSignal): Promise<string | undefined>;
  close(): void;
};

/** @param onEarly called for a line that nobody waits for */
export function listenToPlayer(input: NodeJS.ReadableStream, onEarly: () => void): Player {
  const lines = createInterface({ input });
  const early = () => onEarly();
  lines.on('line', early);
  return {
    answer: async (withinMs, signal) => {
      lines.off('line', early);
      const ended = new AbortController();
      const until = AbortSignal.any([signal, ended.signal]);
      const line = once(lines, 'line', { signal: until }).then(([text]) => String(text));
      const time = delay(withinMs, undefined, { signal: until });
      return Promise.race([line, time]).finally(() => ended.abort());
    },
    close: () => lines.close(),
  };
}
