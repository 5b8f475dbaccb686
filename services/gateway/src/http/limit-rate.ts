import type { Authenticate } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { GatewayConfig } from '../config.ts';
import { clientAddress } from './client-address.ts';
import type { Connections } from './limit-connections.ts';
import { tooMany } from './too-many.ts';

/** Whom a request is counted for, in `response.locals.client`. */
type Client = { key: string; isUser: boolean; limit: number };

export type RecogniseDeps = { config: GatewayConfig; authenticate: Authenticate; connections: Connections };

const windowMs = 1_000;

/** Notices that their sender signs: they carry no token, and one sender has a lot to tell at once. */
const webhooks = /^\/webhooks\//;
const health = /^\/healthz\//;

/**
 * Finds out whom a request is counted for: its user when its token is good, else its address (of IPv6 the /56 network), webhooks apart.
 * Leaves the caller in `response.locals.caller`.
 */
export function recognise({ config, authenticate, connections }: RecogniseDeps): RequestHandler {
  const ofAddress = (request: Request): Client => {
    const address = ipKeyGenerator(clientAddress(request));
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

/** Counts every request of the last second, whatever becomes of it, for whom {@link recognise} found. Each gateway counts for itself. */
export function limitRate(): RequestHandler {
  return countBy((_request, response) => response.locals.client);
}

/** Counts the requests for the health of this gateway by address, apart: a balancer must not be kept from asking. */
export function limitHealth({ RATE_LIMIT_HEALTH }: GatewayConfig): RequestHandler {
  const count = countBy((request) => ({
    key: ipKeyGenerator(clientAddress(request)),
    limit: RATE_LIMIT_HEALTH,
  }));
  return (request, response, next) => (health.test(request.path) ? count(request, response, next) : next());
}

function countBy(clientOf: (request: Request, response: Response) => Pick<Client, 'key' | 'limit'>): RequestHandler {
  return rateLimit({
    windowMs,
    keyGenerator: (request, response) => clientOf(request, response).key,
    limit: (request, response) => clientOf(request, response).limit,
    standardHeaders: false,
    legacyHeaders: false,
    // It would warn of headers that are not believed anyway.
    validate: false,
    handler: () => {
      throw tooMany('There were too many requests in a second. Wait a moment.');
    },
  });
}
