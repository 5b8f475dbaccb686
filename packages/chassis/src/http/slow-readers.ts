import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Node's handle of a socket: what it was given to send, and how much of that the system has not
 * taken yet.
 */
type Sending = Socket & { _handle?: { bytesWritten: number; writeQueueSize: number } | null };

/** How much a client has to read to stay connected while an answer waits for it. */
const leastBytesPerSecond = 1_024;

/**
 * Resets the connection of each client that, for `withinMs`, reads its answer more slowly than 1
 * KiB a second. What the system's buffers hold counts as read. `socket.setTimeout` is no
 * substitute: any byte that the client sends or reads restarts it.
 */
export function cutOffSlowReaders(server: Server, withinMs: number): void {
  const waiting = new Map<Socket, { since: number; sent: number }>();
  const leastBytes = (leastBytesPerSecond * withinMs) / 1_000;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      waiting.delete(socket);
    });
  });

  const check = (socket: Socket, now: number) => {
    if (socket.writableLength === 0) return void waiting.delete(socket);
    const begun = waiting.get(socket);
    if (begun && now - begun.since < withinMs) return;
    const sent = bytesSent(socket);
    // Not `destroy`, after which the system would offer what is in its buffers for minutes.
    if (begun && sent - begun.sent < leastBytes) socket.resetAndDestroy();
    else waiting.set(socket, { since: now, sent });
  };
  const checking = setInterval(
    () => {
      const now = performance.now();
      for (const socket of sockets) check(socket, now);
    },
    Math.min(1_000, withinMs / 4),
  ).unref();
  server.once('close', () => clearInterval(checking));
}

function bytesSent({ _handle: handle }: Sending): number {
  return handle ? handle.bytesWritten - handle.writeQueueSize : 0;
}
