import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { HttpConfig, type Service, startService } from '../src/index.ts';

/** More than the buffers of the system hold. */
const answerBytes = 32 * 1024 * 1024;

let service: Service;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await service.stop();
});

async function given(environment: Record<string, string>) {
  const createApp = async () =>
    express()
      .get('/large', (_request, response) => response.send(Buffer.alloc(answerBytes)))
      .post('/', express.raw({ type: () => true }), (_request, response) => response.send('taken'));
  const definition = { name: 'test', config: HttpConfig, createApp };
  service = await startService(definition, { LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0', ...environment });
}

function open(text: string): Socket {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => undefined).write(text);
  sockets.push(socket);
  return socket;
}

async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const headers = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

test.each([
  ['nothing', '', ''],
  ['half of its headers', 'GET / HT', ''],
  ['headers a byte at a time', 'GET / HTTP/1.1\r\nX: ', 'x'],
  ['half of a body', `${headers}Content-Length: 60000\r\n\r\n{`, ''],
  ['a body a byte at a time', `${headers}Content-Length: 60000\r\n\r\n{`, ' '],
  ['chunks that never end', `${headers}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
])(
  'a client that sends %s is cut off after HTTP_REQUEST_TIMEOUT_MS',
  async (_case, first, next) => {
    await given({ HTTP_REQUEST_TIMEOUT_MS: '600' });
    const since = performance.now();
    const socket = open(first);
    const trickle = setInterval(() => socket.write(next), 50);
    const answer = await received(socket).finally(() => clearInterval(trickle));
    expect(performance.now() - since).toBeGreaterThan(500);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"request-timeout"');
  },
  20_000,
);

test.each([
  ['nothing', 0],
  ['a few bytes a second', 20],
])(
  'a client that reads %s of its response is cut off after HTTP_SLOW_READER_MS',
  async (_case, bytes) => {
    await given({ HTTP_SLOW_READER_MS: '1000' });
    const socket = open('GET /large HTTP/1.1\r\nHost: x\r\n\r\n').pause();
    const broken = once(socket, 'error');
    const reading = setInterval(() => {
      socket.read(bytes);
      // What it sends does not help.
      socket.write('\r\n');
    }, 100);
    const [error] = await broken.finally(() => clearInterval(reading));
    expect(['ECONNRESET', 'EPIPE']).toContain(error.code);
  },
  30_000,
);

test('a slow but steady reader gets its whole response', async () => {
  // The system reports progress in steps of a third of its buffer, over a megabyte here.
  await given({ HTTP_SLOW_READER_MS: '3000' });
  const socket = open('GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').pause();
  await once(socket, 'connect');
  let bytes = 0;
  const since = performance.now();
  for await (const chunk of socket) {
    bytes += chunk.length;
    if (performance.now() - since < 8_000) await delay(50);
  }
  expect(bytes).toBeGreaterThan(answerBytes);
}, 60_000);
