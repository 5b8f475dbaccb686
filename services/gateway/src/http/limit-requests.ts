import { sendProblem } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.ts';
import { rateLimited } from './rate-limited.ts';

export type RequestLimit = {
  /**
   * Counts a request until its response has left.
   * @throws HttpProblem `rate-limited`
   */
  readonly admit: RequestHandler;
  /** Stops counting a response that stays open. */
  release(response: Response): void;
};

type Exchange = { request: Request; response: Response };

/**
 * Bounds the requests in progress of each user, and of each address without a valid token. Beyond
 * that, the oldest request that waits for its client is ended: for the rest of its body, or for the
 * client to read the response. Without one, the new request is refused. So half-sent bodies and
 * unread responses cost only their sender.
 */
export function limitRequests(config: Config): RequestLimit {
  const inProgress = new Map<string, Map<Response, Exchange>>();
  const release = (response: Response) => {
    const { key } = response.locals.client ?? {};
    const ofClient = inProgress.get(key);
    ofClient?.delete(response);
    if (ofClient?.size === 0) inProgress.delete(key);
  };
  return {
    admit: (request, response, next) => {
      const { key, isUser } = response.locals.client;
      const max = isUser ? config.MAX_REQUESTS_PER_USER : config.MAX_REQUESTS_PER_ADDRESS;
      const ofClient = inProgress.get(key) ?? new Map<Response, Exchange>();
      if (ofClient.size >= max) {
        const oldest = [...ofClient.values()].find(waitsForClient);
        if (!oldest) throw rateLimited('Too many requests in progress. Wait for their responses.');
        release(oldest.response);
        end(oldest);
      }
      inProgress.set(key, ofClient.set(response, { request, response }));
      response.once('close', () => release(response));
      next();
    },
    release,
  };
}

function waitsForClient({ request, response }: Exchange): boolean {
  return !request.complete || response.writableEnded || response.writableNeedDrain;
}

/** Ends the connection, with a response if none has begun. */
function end({ request, response }: Exchange): void {
  if (response.headersSent) return void request.socket.resetAndDestroy();
  response.set('Connection', 'close').once('finish', () => request.socket.destroySoon());
  sendProblem(request, response, rateLimited('Too many unfinished requests. Send each one completely.'));
}
