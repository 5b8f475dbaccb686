import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { HttpConfig } from '../process/config.ts';
import { observeRequests } from '../telemetry/server-requests.ts';
import { answerUnreadable, refuseUnreadable } from './answer-unreadable.ts';
import { cutOffSlowReaders } from './slow-readers.ts';

export type HttpServer = {
  /** Opens the port; resolves with its URL. */
  listen(): Promise<string>;
  /** From now on `app` answers. */
  serve(app: RequestListener): void;
  /** Calls `listener` with each new connection. */
  onConnection(listener: (socket: Socket) => void): void;
  /** Goes on answering, and asks each client to open its next connection elsewhere. */
  drain(): void;
  /** Closes the port. Requests in progress may finish within `withinMs`; then they are cut off. */
  close(withinMs: number): Promise<void>;
};

const receiving = {
  connectionsCheckingInterval: 500,
  // Well above what the edge allows a URI to be, so that it is the edge that refuses a longer one,
  // with a problem.
  maxHeaderSize: 64 * 1024,
  // The edge asks for it.
  requireHostHeader: false,
};

/**
 * A response closes its connection after this many requests or this much time. Otherwise a
 * balancer's connections would stay with the instances that started first. Not
 * `maxRequestsPerSocket`, which answers pipelined requests beyond it with 503.
 */
const spentAfter = { requests: 1_000, ms: 5 * 60_000 };

/**
 * How long a connection that is new when the port closes has for its request: on a busy machine its
 * client may be slow.
 */
const firstRequestMs = 1_000;

/** The service's port. It is open before there is an app: until `serve`, `starting` answers. */
export function createHttpServer(
  { HOST, PORT, HTTP_KEEP_ALIVE_MS, HTTP_REQUEST_TIMEOUT_MS, HTTP_SLOW_READER_MS }: HttpConfig,
  starting: RequestListener,
): HttpServer {
  const unanswered = new Set<ServerResponse>();
  /** Connections without a request so far. */
  const unused = new Set<Socket>();
  const isSpent = createUseCount();
  let answer = starting;
  let isDraining = false;

  const timeouts = {
    keepAliveTimeout: HTTP_KEEP_ALIVE_MS,
    // Of the whole request and of its headers: a slow sender holds a connection and memory.
    requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
    headersTimeout: HTTP_REQUEST_TIMEOUT_MS,
  };
  const onRequest: RequestListener = (request, response) => {
    unused.delete(request.socket);
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    if (isSpent(request.socket) || isDraining) closeAfter(response);
    if (!refuseUnreadable(request, response)) answer(request, response);
  };
  const server = createServer({ ...receiving, ...timeouts }, observeRequests(onRequest));
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  answerUnreadable(server);
  cutOffSlowReaders(server, HTTP_SLOW_READER_MS);

  return {
    listen: async () => {
      server.listen(PORT, HOST);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return `http://${HOST}:${port}`;
    },
    serve: (app) => {
      answer = app;
    },
    onConnection: (listener) => server.on('connection', listener),
    drain: () => {
      isDraining = true;
      for (const response of unanswered) closeAfter(response);
    },
    close: async (withinMs) => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      // After the poll for I/O, so that connections which wait to be accepted are. The close of
      // http would cut off those that have just been, before their request is read; here idle
      // connections are closed later.
      await new Promise((resolve) => setImmediate(resolve));
      NetServer.prototype.close.call(server);
      const patientUntil = performance.now() + Math.min(firstRequestMs, withinMs / 2);
      const idle = setInterval(() => {
        if (unused.size === 0 || performance.now() > patientUntil) server.closeIdleConnections();
      }, 50);
      const late = setTimeout(() => server.closeAllConnections(), withinMs);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Counts a request of a connection, and says whether it should be the last. */
function createUseCount(): (socket: Socket) => boolean {
  const uses = new WeakMap<Socket, { since: number; requests: number }>();
  return (socket) => {
    const now = performance.now();
    const use = uses.get(socket) ?? { since: now, requests: 0 };
    use.requests += 1;
    if (use.requests === 1) uses.set(socket, use);
    return use.requests >= spentAfter.requests || now - use.since > spentAfter.ms;
  };
}
