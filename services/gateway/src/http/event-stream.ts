import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type EventStream = {
  /** Writes the lines of an event, or of part of one. */
  write(...lines: string[]): void;
  /** Resolves when everything written has left, or the stream is closed. */
  drained(): Promise<void>;
  /** Ends the response properly, and the connection. A client of server-sent events reconnects. */
  close(): void;
  /** Aborted when either side closes the stream. */
  readonly signal: AbortSignal;
};

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  // Asks proxies such as nginx not to buffer events.
  'X-Accel-Buffering': 'no',
  Connection: 'close',
} as const;

/** Unsent bytes beyond which a client is too slow. */
const maxUnsent = 256 * 1024;
const maxTimerMs = 2 ** 31 - 1;

/**
 * Begins a response of server-sent events and takes over its connection, which must have no other
 * request. Disconnects a client that leaves too much unread. The server (`cutOffSlowReaders`)
 * disconnects one that leaves less unread but hardly reads.
 * @param endsAt seconds since the epoch
 */
export function openEventStream(response: ServerResponse, socket: Socket, endsAt: number): EventStream {
  const isChunked = response.req.httpVersion !== '1.0';
  const closed = new AbortController();
  const close = () => {
    if (!socket.writable) return;
    if (isChunked) socket.write('0\r\n\r\n');
    socket.destroySoon();
  };
  const ending = setTimeout(close, Math.min(endsAt * 1_000 - Date.now(), maxTimerMs));
  socket.once('close', () => {
    clearTimeout(ending);
    closed.abort();
  });
  takeOver(response, socket, isChunked);
  return {
    write: (...lines) => {
      if (!socket.writable) return;
      const text = `${lines.join('\n')}\n\n`;
      socket.write(isChunked ? `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n` : text);
      if (socket.writableLength > maxUnsent) socket.destroy();
    },
    drained: async () => {
      if (!socket.writableNeedDrain) return;
      // Closed is as good as drained: nothing more will be written.
      await once(socket, 'drain', { signal: closed.signal }).catch(() => undefined);
    },
    close,
    signal: closed.signal,
  };
}

/**
 * Sends the headers and lets Node regard the response as complete: what request, response and
 * middleware hold is then freed. It is five times as much memory as the connection (ADR 0023).
 */
function takeOver(response: ServerResponse, socket: Socket, isChunked: boolean): void {
  response.writeHead(200, { ...eventStreamHeaders, ...(isChunked && { 'Transfer-Encoding': 'chunked' }) });
  // Private fields of Node: no last chunk is written, and the connection stays open.
  Object.assign(response, { _hasBody: false, _last: false });
  // After Node has set the timeout of an idle connection.
  response.once('close', () => socket.setTimeout(0));
  response.end();
}
