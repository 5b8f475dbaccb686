import { sendProblem } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import type { GatewayConfig } from '../config.ts';
import { tooMany } from './too-many.ts';

export type RequestLimit = {
  /** Counts a request until its answer has left. @throws HttpProblem `rate-limited` */
  readonly admit: RequestHandler;
  /** This answer stays open for long and no longer counts. */
  release(response: Response): void;
};

type Exchange = { request: Request; response: Response };

/**
 * Bounds the requests in progress of each user, and of each address without a valid token. Beyond that the oldest gives way of those
 * that wait for the client itself: for the rest of its body, or for it to read the answer. If there are none, the new request
 * is refused. So half-sent bodies and unread answers cost their sender's share, and nobody else's.
 */
export function limitRequests(config: GatewayConfig): RequestLimit {
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
        if (!oldest) throw tooMany('There are too many requests in progress. Wait for their answers.');
        release(oldest.response);
        giveUp(oldest);
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

/** Ends the connection, with an answer if none has begun. */
function giveUp({ request, response }: Exchange): void {
  if (response.headersSent) return void request.socket.resetAndDestroy();
  response.set('Connection', 'close').once('finish', () => request.socket.destroySoon());
  sendProblem(request, response, tooMany('There are too many unfinished requests. Send each as a whole.'));
}
