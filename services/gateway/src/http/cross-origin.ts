import { endpoints } from '@punctual/contracts';
import cors from 'cors';
import type { RequestHandler } from 'express';

/** The contract's request headers that need a preflight. */
const contractHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
];
/** Added by a page's own tracing (W3C Trace Context and Baggage). */
const tracingHeaders = ['traceparent', 'tracestate', 'baggage'];

/**
 * Lets pages of these origins call the API, with a bearer token and never with cookies. Answers
 * their preflights, whose method no route has.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const answer = cors({
    origin: [...origins],
    methods: [...new Set(Object.values(endpoints).map(({ method }) => method))],
    allowedHeaders: [...contractHeaders, ...tracingHeaders],
    exposedHeaders: [
      'Allow',
      'Deprecation',
      'ETag',
      'Idempotent-Replayed',
      'Location',
      'Retry-After',
      'Sunset',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
  return (request, response, next) => {
    const isPreflight = request.get('access-control-request-method') !== undefined;
    if (request.method === 'OPTIONS' && !isPreflight) return next();
    answer(request, response, next);
  };
}
