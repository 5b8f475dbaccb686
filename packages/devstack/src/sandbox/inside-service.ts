/**
 * Preloaded into every service of a stack with a sandbox clock. The clock of the process follows
 * the offset file, and a gateway forwards `/sandbox/clock` to the sandbox. No image contains it.
 */
import { type IncomingMessage, request, Server, type ServerResponse } from 'node:http';
import { lookEveryMs, offsetFileVariable, readOffset, sandboxUrlVariable } from './environment.ts';
import { shiftClock } from './shift-clock.ts';

const file = process.env[offsetFileVariable] ?? '';
const sandbox = process.env[sandboxUrlVariable] ?? '';

shiftClock(readOffset(file));
setInterval(() => shiftClock(readOffset(file)), lookEveryMs).unref();

if (process.env.OTEL_SERVICE_NAME === 'gateway') {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (this: Server, name: string, ...rest: unknown[]) {
    const [incoming, response] = rest as [IncomingMessage, ServerResponse];
    if (name !== 'request' || incoming.url !== '/sandbox/clock') return emit.call(this, name, ...rest);
    forward(incoming, response);
    return true;
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming;
  const outgoing = request(new URL(url ?? '', sandbox), { method, headers });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
