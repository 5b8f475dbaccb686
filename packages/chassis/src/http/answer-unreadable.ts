import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpProblem, toProblemAnswer } from './http-problem.ts';

type InUse = Duplex & { _httpMessage?: ServerResponse | null };

/**
 * Answers with a problem when Node's parser refuses the bytes before there is a request. Node would
 * send a bare status. The connection is closed. An expectation other than `100-continue` is
 * ignored, as RFC 9110 allows.
 */
export function answerUnreadable(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('clientError', (error: Error & { code?: string }, socket: InUse) => {
    // Node reads this private field, too: a second answer must not be written into one that has
    // begun.
    const isAnswering = socket._httpMessage?.headersSent === true;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) return socket.destroy(error);
    socket.end(toMessage(explain(error.code)), () => socket.destroy());
  });
}

/**
 * Refuses what Node's parser accepts and Express cannot answer: HTTP/1.1 without a host, and a
 * target that is not a URL. Node's own check of the host (`requireHostHeader`) must be off, since
 * it answers without a body.
 * @returns whether it was refused
 */
export function refuseUnreadable(
  { httpVersion, headers, url = '' }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const lacksHost = httpVersion === '1.1' && headers.host === undefined;
  if (!lacksHost && (url.startsWith('/') || url === '*' || URL.canParse(url))) return false;
  const { status, problem } = toProblemAnswer(explain(undefined), '');
  const body = JSON.stringify(problem);
  response.writeHead(status, { ...headersOf(body), Connection: 'close' }).end(body);
  return true;
}

function explain(code: string | undefined): HttpProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem('headers-too-large', 'The headers are larger than 64 KiB.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpProblem('payload-too-large', 'The chunk extensions of the body are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem('request-timeout', 'The request did not arrive in time.');
    default:
      return new HttpProblem('validation-failed', 'This is not a valid HTTP/1.1 request.', {
        errors: [{ path: '', message: 'cannot be parsed' }],
      });
  }
}

function toMessage(refusal: HttpProblem): string {
  const { status, problem } = toProblemAnswer(refusal, '');
  const body = JSON.stringify(problem);
  const headers = Object.entries({ ...headersOf(body), Connection: 'close' });
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}

function headersOf(body: string): Record<string, string | number> {
  return {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
}
