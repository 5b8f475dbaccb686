import type { Authenticate } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, type RateLimitInfo, rateLimit } from 'express-rate-limit';
import type { Config } from '../config.ts';
import type { ClientAddresses } from './client-address.ts';
import type { Connections } from './limit-connections.ts';
import { rateLimited } from './rate-limited.ts';

/** The client that a request is counted for, in `response.locals.client`. */
type Client = { key: string; isUser: boolean; limit: number };

export type IdentifyClientDeps = {
  config: Config;
  authenticate: Authenticate;
  addresses: ClientAddresses;
  connections: Connections;
};

const windowMs = 1_000;

/** Webhooks are signed instead of carrying a token, and one sender has many to send at once. */
const webhooks = /^\/webhooks\//;

/**
 * Identifies the client that a request is counted for: its user if its token is valid, else its
 * address (for IPv6 the /56 network), with webhooks counted separately. Leaves the caller in
 * `response.locals.caller`.
 */
export function identifyClient({ config, authenticate, addresses, connections }: IdentifyClientDeps): RequestHandler {
  const ofAddress = (request: Request): Client => {
    const address = ipKeyGenerator(addresses.of(request));
    return webhooks.test(request.path)
      ? { key: `webhooks ${address}`, isUser: false, limit: config.RATE_LIMIT_WEBHOOKS }
      : { key: `address ${address}`, isUser: false, limit: config.RATE_LIMIT_PER_ADDRESS };
  };
  return async (request, response, next) => {
    const caller = await authenticate(request.get('authorization')).catch(() => undefined);
    response.locals.caller = caller;
    const client: Client = caller
      ? { key: `user ${caller.id}`, isUser: true, limit: config.RATE_LIMIT_PER_USER }
      : ofAddress(request);
    response.locals.client = client;
    if (caller) connections.identify(request, caller.id);
    next();
  };
}

/**
 * Limits the requests per second of each client that {@link identifyClient} found, whatever their
 * outcome. A client that sends more than twice its limit is also disconnected. Each gateway counts
 * by itself.
 */
export function limitRate({ closeAfter }: Connections): RequestHandler {
  const clientOf = (response: Response): Client => response.locals.client;
  return rateLimit({
    windowMs,
    keyGenerator: (_request, response) => clientOf(response).key,
    limit: (_request, response) => clientOf(response).limit,
    standardHeaders: false,
    legacyHeaders: false,
    requestPropertyName: counted,
    // It would warn about headers that are not trusted anyway.
    validate: false,
    handler: (request, response) => {
      const { used } = (request as Request & Counted)[counted];
      if (used > 2 * clientOf(response).limit) closeAfter(request, response);
      throw rateLimited('Too many requests in one second.');
    },
  });
}

const counted = 'counted';
type Counted = { [counted]: RateLimitInfo };
