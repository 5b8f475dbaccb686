import { type Authenticate, HttpProblem } from '@punctual/chassis';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { GatewayConfig } from '../config.ts';
import { clientAddress } from './client-address.ts';

export type LimitRateDeps = { config: GatewayConfig; authenticate: Authenticate };

const windowMs = 1_000;

/** Notices that their sender signs: they carry no token, and one sender has a lot to tell at once. */
const webhooks = /^\/webhooks\//;

/**
 * Counts every request of the last second, whatever becomes of it: for its user when its token is good, else for its address (of
 * IPv6 the /56 network), webhooks apart. Each gateway counts for itself.
 */
export function limitRate({ config, authenticate }: LimitRateDeps): RequestHandler[] {
  const recognise: RequestHandler = async (request, response, next) => {
    const caller = await authenticate(request.get('authorization')).catch(() => undefined);
    response.locals.caller = caller;
    response.locals.rate = caller
      ? { key: `user ${caller.id}`, limit: config.RATE_LIMIT_PER_USER }
      : ofAddress(request);
    next();
  };
  const ofAddress = (request: Request) => {
    const address = ipKeyGenerator(clientAddress(request));
    return webhooks.test(request.path)
      ? { key: `webhooks ${address}`, limit: config.RATE_LIMIT_WEBHOOKS }
      : { key: `address ${address}`, limit: config.RATE_LIMIT_PER_ADDRESS };
  };
  const count = rateLimit({
    windowMs,
    keyGenerator: (_request, response) => response.locals.rate.key,
    limit: (_request, response) => response.locals.rate.limit,
    standardHeaders: false,
    legacyHeaders: false,
    // It would warn of headers that are not believed anyway.
    validate: false,
    handler: () => {
      const detail = 'There were too many requests in a second. Wait a moment.';
      throw new HttpProblem('rate-limited', detail, {}, { 'Retry-After': `${windowMs / 1_000}` });
    },
  });
  return [recognise, count];
}
