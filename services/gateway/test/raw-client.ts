import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { finished } from 'node:stream/promises';

export type RawClient = {
  readonly socket: Socket;
  /** Whether the gateway has ended the connection, or refused it. */
  isGone(): boolean;
  /** What has been read so far. */
  text(): string;
  send(text: string): void;
  leave(): void;
};

/** A connection on which a test sends what it likes, and reads nothing while `reads` is false. */
export async function openRaw(url: string, text = '', { reads = true } = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let isGone = false;
  let received = '';
  // Ended in whatever way.
  finished(socket, { writable: false }).then(
    () => {
      isGone = true;
    },
    () => {
      isGone = true;
    },
  );
  if (reads) socket.on('data', (chunk) => (received += chunk));
  else noticeReset(socket);
  await once(socket, 'connect');
  if (text) socket.write(text);
  return {
    socket,
    isGone: () => isGone,
    text: () => received,
    send: (more) => void socket.write(more),
    leave: () => socket.destroy(),
  };
}

/** Sends line ends, which mean nothing: an unread socket notices a reset only when it writes. */
function noticeReset(socket: Socket): void {
  const sending = setInterval(() => socket.write('\r\n'), 200);
  socket.once('close', () => clearInterval(sending));
}

/** A request as text, without its body. */
export function head(method: string, path: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The first bytes of a request with a body whose rest never comes. */
export function halfSent(path: string, headers: Record<string, string> = {}): string {
  return `${head('POST', path, { 'Content-Type': 'application/json', 'Content-Length': '60000', ...headers })}{`;
}
