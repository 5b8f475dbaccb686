import { once } from 'node:events';
import type { Response } from 'express';

export type EventStream = {
  /** Writes one event, or less: lines without their end. */
  write(...lines: string[]): void;
  /** Resolves when what was written has left, or the stream is closed. */
  drained(): Promise<void>;
  /** Ends the answer as a whole one; a client of server-sent events comes again. */
  close(): void;
  /** Aborted when the stream is closed, by whomever. */
  readonly signal: AbortSignal;
};

/** Unsent bytes, beyond which a client is too slow. */
const maxUnsent = 256 * 1024;
const maxTimerMs = 2 ** 31 - 1;

/**
 * Begins an answer of server-sent events. A client that does not read is cut off before what waits for it grows; one that reads
 * hardly anything of less than that, by the server (`cutOffSlowReaders`).
 * @param endsAt seconds since the epoch
 */
export function openEventStream(response: Response, endsAt: number): EventStream {
  const closed = new AbortController();
  const close = () => void response.end();
  const ending = setTimeout(close, Math.min(endsAt * 1_000 - Date.now(), maxTimerMs));
  response.once('close', () => {
    clearTimeout(ending);
    closed.abort();
  });
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // Asks a proxy such as nginx to pass on each event as it comes.
    'X-Accel-Buffering': 'no',
  });
  return {
    write: (...lines) => {
      if (response.writableEnded || response.destroyed) return;
      response.write(`${lines.join('\n')}\n\n`);
      if (response.writableLength > maxUnsent) response.destroy();
    },
    drained: async () => {
      if (!response.writableNeedDrain) return;
      // Closed instead is as good: nothing will be written any more.
      await once(response, 'drain', { signal: closed.signal }).catch(() => undefined);
    },
    close,
    signal: closed.signal,
  };
}
